import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Screen } from "../unit/engine/screen.ts";
import { Workspace } from "./workspace.ts";

let stack: Workspace;
afterEach(() => stack.remove());

/** Runs the engine in a pseudo-terminal; returns all that it wrote, and the screen that comes of it. */
function onTerminal(command: string, env: Record<string, string> = {}) {
  const main = join(import.meta.dirname, "..", "..", "engine", "main.ts");
  const engine = `${process.execPath} ${main} ${command} --cwd ${stack.projectDir} --stack dev`;
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const { stdout, status } = spawnSync("script", ["-qec", `stty cols 70 rows 12; ${engine}`, "/dev/null"], {
    env: { ...rest, TERM: "xterm-256color", ...stack.options.env, ...env },
    encoding: "utf8",
    timeout: 50_000,
  });
  const screen = new Screen(70, 12);
  screen.write(stdout);
  return { raw: stdout, screen, lines: screen.lines.filter(Boolean), status };
}

describe.skipIf(process.platform !== "linux")("a run in a real terminal", () => {
  it("draws the tree while it runs, and leaves what has changed", () => {
    stack = Workspace.world(`
      const group = new Group("group"); const secret = pulumi.secret("swordfish");
      const a = new Thing("a", { slow: 1400, value: secret }, { parent: group });
      for (let i = 0; i < 20; i++) new Thing("part-" + i, {}, { parent: group });
      a.id.apply(() => { if (!pulumi.runtime.isDryRun()) { console.log("it was swordfish"); console.error("so it was"); } });
      new Thing("b", { refuse: "swordfish is wrong\\nquite wrong", value: a.id });
      exports.a = a.id; exports.secret = secret;`);
    const { raw, screen, lines, status } = onTerminal("up --yes --skip-preview");
    expect(status).toBe(1);
    expect(raw).toMatch(/Thing {2}a +creating \(1s\)/);
    expect(raw).toContain("\x1b[32m");
    expect(raw).not.toContain("swordfish");
    expect(screen.isCursorShown).toBe(true);
    expect(lines.slice(0, 2).sort()).toEqual(["    it was [secret]", "    so it was"]);
    expect(lines.slice(2, 5).map((line) => line.replace(/ \([\d.]+s\)/, ""))).toEqual([
      "Updating (dev):",
      " +  pulumi:pulumi:Stack      test-dev  created",
      " +  ├─ test:index:Group      group     created",
    ]);
    expect(
      lines.filter((line) => /^ [+] {2}│ {2}[├└]─ world:index:Thing {2}\S+ +created/.test(line)),
    ).toHaveLength(21);
    expect(lines.slice(26).map((line) => line.replace(/[\d.]+s/, "TIME"))).toEqual([
      " +  └─ world:index:Thing     b         **creating failed**  refused:…",
      "Diagnostics:",
      "  world:index:Thing (b):",
      "    error: refused: [secret] is wrong",
      "      quite wrong",
      "Outputs:",
      '    a     : "a"',
      "    secret: [secret]",
      "Resources: + 23 created, 1 failed. Duration: TIME",
    ]);
  });

  it("honours NO_COLOR, and does without the tree where properties are to be shown", () => {
    stack = Workspace.world(`new Thing("a", { value: { sql: "SELECT 1" } });`);
    expect(onTerminal("up --yes --skip-preview", { NO_COLOR: "1" }).raw).not.toMatch(/\[3\dm/);
    stack.program(`new Thing("a", { value: { sql: "SELECT 2" } });`);
    const { raw, lines } = onTerminal("preview --diff");
    expect(lines.join("\n")).toContain('~ sql: "SELECT 1" => "SELECT 2"');
    expect(raw).toContain("\x1b[33m");
    expect(raw).not.toContain("\x1b[?25l");
  });
});
