/** The engine's ceiling: docs/decisions/0009-how-large-the-engine-may-be.md. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

function linesIn(folder: string): Map<string, number> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.m?[jt]s$/.test(file)).map((file) => join(folder, file));
  return new Map(
    sources.map((file) => [file, readFileSync(join(root, file), "utf8").split("\n").length - 1]),
  );
}

const total = (lines: Iterable<number>) => [...lines].reduce((sum, count) => sum + count, 0);

describe("the engine's size", () => {
  const engine = linesIn("engine");
  const plugins = [...engine].filter(([file]) => file.startsWith(join("engine", "providers", "/")));

  it("has no file over 300 lines", () => {
    expect([...engine, ...linesIn("plugin")].filter(([, count]) => count > 300)).toEqual([]);
  });

  it("stays under its ceiling, and so do its plugins", () => {
    const ofPlugins = total(plugins.map(([, count]) => count));
    expect(total(engine.values()) - ofPlugins).toBeLessThanOrEqual(6_000);
    expect(ofPlugins + total(linesIn("plugin").values())).toBeLessThanOrEqual(2_400);
  });
});
