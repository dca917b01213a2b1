import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildContext } from "../../../../cli/setup/image-build.ts";
import { imageSpecs } from "../../../../cli/setup/image-plan.ts";
import { projectDir } from "../../../../cli/setup/paths.ts";
import { packContext } from "../../../../plugins/docker/build-context.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "image-build-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** The archive's entries with permissions and content, but for those that only the engine reads. */
async function entriesOf(archive: NodeJS.ReadableStream, name: string): Promise<string[]> {
  const target = join(scratch, name);
  await pipeline(archive, tar.extract(target));
  return readdirSync(target, { recursive: true, encoding: "utf8" })
    .filter((path) => path !== "Dockerfile" && path !== ".dockerignore")
    .map((path) => {
      const { mode } = lstatSync(join(target, path));
      const content = lstatSync(join(target, path)).isFile() ? readFileSync(join(target, path), "utf8") : "";
      return `${path} ${mode.toString(8)} ${content}`;
    })
    .sort();
}

describe("the build context of an image that the program builds, too", () => {
  const versions = {
    flink: "1",
    kafka: "1",
    postgres: "1",
    pgadmin: "1",
    node: "1",
    maven: "1",
    "postgres-exporter": "1",
    pulumi: "1",
  };
  const specs = imageSpecs(versions).filter(({ purpose }) => purpose === "program");

  // Otherwise the program would not find the steps in Docker's cache, and the first start takes longer.
  it.each(specs)("$context: is the one that the program's build sends", async (spec) => {
    const own = await entriesOf(await buildContext(spec), "own");
    expect(own).toEqual(
      await entriesOf(Readable.from(packContext(join(projectDir, spec.context), "Dockerfile")), "program"),
    );
    expect(own.length).toBeGreaterThan(2);
  });
});
