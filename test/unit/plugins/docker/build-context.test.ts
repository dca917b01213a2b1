import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import tar from "tar-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packContext } from "../../../../plugins/docker/build-context.ts";

let scratch: string;
let context: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "build-context-"));
  context = join(scratch, "context");
  write("docker/Dockerfile", "FROM scratch\n");
});
afterEach(() => rmSync(scratch, { recursive: true }));

function write(path: string, text = ""): void {
  mkdirSync(dirname(join(context, path)), { recursive: true });
  writeFileSync(join(context, path), text);
}

/** The paths in the unpacked archive; folders end with a slash. */
async function unpacked(): Promise<string[]> {
  const target = join(scratch, "unpacked");
  await pipeline(packContext(context, "docker/Dockerfile"), tar.extract(target));
  return readdirSync(target, { recursive: true, encoding: "utf8" })
    .map((path) => (lstatSync(join(target, path)).isDirectory() ? `${path}/` : path))
    .sort();
}

describe("the archive of a build context", () => {
  it("contains folders, even empty ones, and links", async () => {
    write("src/deep/a.ts");
    mkdirSync(join(context, "empty"));
    symlinkSync("src/deep/a.ts", join(context, "link"));
    expect(await unpacked()).toEqual(
      ["docker/", "docker/Dockerfile", "empty/", "link", "src/", "src/deep/", "src/deep/a.ts"].sort(),
    );
  });

  it("keeps a folder's permissions", async () => {
    write("tools/run.sh");
    mkdirSync(join(context, "private"), { mode: 0o700 });
    await unpacked();
    const modeOf = (folder: string) => lstatSync(join(scratch, "unpacked", folder)).mode & 0o777;
    expect([modeOf("tools"), modeOf("private")]).toEqual([0o755, 0o700]);
  });

  it("excludes ignored files, but neither the Dockerfile nor the folders of an exception", async () => {
    write(".dockerignore", "docker\nnode_modules\ngenerated/*\n!generated/kept.ts\n");
    write("node_modules/m/index.js");
    write("generated/kept.ts");
    write("generated/dropped.ts");
    expect(await unpacked()).toEqual(
      [".dockerignore", "docker/", "docker/Dockerfile", "generated/", "generated/kept.ts"].sort(),
    );
  });
});
