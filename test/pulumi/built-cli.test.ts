/** Copying a CLI that was built in an image into the user's cache. The build itself is part of preparing live tests. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeCliFrom } from "../../cli/pulumi/built-cli.ts";
import { cachedCli } from "../../cli/pulumi/cli-cache.ts";
import { refreshLanguageHost } from "../../cli/pulumi/language-host.ts";
import { testImage } from "../live/plugins/support.ts";
import { docker } from "../live/support/docker.ts";

const IMAGE = "commerce-pipeline-test/pulumi:1";
let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "commerce-cache-"));
});
afterAll(async () => {
  rmSync(cache, { recursive: true, force: true });
  await docker("rmi", "--force", IMAGE);
});

/** Builds an image with a program at the path of the CLI. */
function buildImage(answer: string): void {
  const dockerfile = [
    `FROM ${testImage()}`,
    "USER root",
    `RUN printf '#!/bin/sh\\necho ${answer}\\n' > /pulumi && chmod 755 /pulumi`,
  ].join("\n");
  execFileSync("docker", ["build", "--quiet", "--tag", IMAGE, "-"], { input: dockerfile, stdio: "pipe" });
}
const take = () => takeCliFrom(new Docker(), IMAGE, cache);
const imageExists = async () => (await docker("images", "--quiet", IMAGE)) !== "";

describe("a CLI that was built in an image", () => {
  it("is copied to the cache next to the language host, and its image is removed", async () => {
    buildImage("first");
    const program = await take();
    expect(program).toBe(cachedCli(cache)?.program);
    expect(execFileSync(program, { encoding: "utf8" })).toBe("first\n");
    const host = join(dirname(program), "pulumi-language-nodejs");
    expect(statSync(host).mode & 0o111).not.toBe(0);
    expect(readFileSync(host, "utf8")).toBe(
      readFileSync("plugins/language-nodejs/pulumi-language-nodejs", "utf8"),
    );
    expect(await imageExists()).toBe(false);
    expect(await docker("ps", "--all", "--quiet", "--filter", `ancestor=${IMAGE}`)).toBe("");
  });

  it("does not replace one that another run has cached, which may be in use", async () => {
    buildImage("second");
    expect(execFileSync(await take(), { encoding: "utf8" })).toBe("first\n");
    expect(readdirSync(join(cache, "pulumi"))).toHaveLength(1);
    expect(await imageExists()).toBe(false);
  });

  it("leaves nothing behind if its image is missing", async () => {
    const empty = mkdtempSync(join(tmpdir(), "commerce-cache-"));
    await expect(takeCliFrom(new Docker(), "commerce-pipeline-test/none:1", empty)).rejects.toThrow(
      "No such image",
    );
    expect(existsSync(join(empty, "pulumi")) ? readdirSync(join(empty, "pulumi")) : []).toEqual([]);
    rmSync(empty, { recursive: true });
  });

  it("gets the current language host", () => {
    const program = cachedCli(cache)?.program as string;
    const host = join(dirname(program), "pulumi-language-nodejs");
    writeFileSync(host, "outdated");
    refreshLanguageHost(program);
    expect(readFileSync(host, "utf8")).toContain("LanguageRuntimeService");
  });
});
