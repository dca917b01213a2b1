import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-fs";
import { afterAll, describe, expect, it } from "vitest";
import { writeArchive } from "../../../../cli/bundle/archive.ts";
import { maskConfig, maskEnvironment, maskKeys } from "../../../../cli/bundle/mask.ts";

const folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a bundle", () => {
  it("has no value of an environment variable, at any depth", () => {
    const inspected = [
      { Id: "1", Config: { Env: ["A=secret=1", "B"], Cmd: ["run"] }, Other: { Env: "A=2" } },
    ];
    expect(maskEnvironment(inspected)).toEqual([
      { Id: "1", Config: { Env: ["A=[masked]", "B=[masked]"], Cmd: ["run"] }, Other: { Env: "[masked]" } },
    ]);
  });

  it("has no encrypted value, no salt, and no key that must be secret", () => {
    const text = `encryptionsalt: v1:abc=:v1:def
config:
  commerce-pipeline:partitions: 2
  commerce-pipeline:datadogApiKey: 0123456789
  commerce-pipeline:other:
    secure: v1:ghi
  docker:x: {secure: v1:jkl}
`;
    const masked = maskConfig(text);
    expect(masked).toContain("commerce-pipeline:partitions: 2");
    expect(masked).not.toMatch(/abc|def|0123|ghi|jkl/);
    expect(maskKeys({ partitions: "2", datadogApiKey: "0123456789" })).toEqual({
      partitions: "2",
      datadogApiKey: "[masked]",
    });
    expect(maskConfig("config:\n  commerce-pipeline:datadogApiKey:\n    secure: v1:x\n")).toBe(
      "config:\n  commerce-pipeline:datadogApiKey:\n    secure: [masked]\n",
    );
  });

  it("is one archive with one folder, that only its owner can read", async () => {
    const file = join(folder, "report.tar.gz");
    const contents = new Map([
      ["status.json", "{}\n"],
      ["logs/kafka.log", "line\n"],
    ]);
    expect(await writeArchive(file, contents)).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o077).toBe(0);
    await pipeline(createReadStream(file), createGunzip(), extract(folder));
    expect(readdirSync(join(folder, "report"), { recursive: true }).sort()).toEqual([
      "logs",
      "logs/kafka.log",
      "status.json",
    ]);
    expect(readFileSync(join(folder, "report/logs/kafka.log"), "utf8")).toBe("line\n");
    await expect(writeArchive(file, contents)).rejects.toThrow("EEXIST");
  });
});
