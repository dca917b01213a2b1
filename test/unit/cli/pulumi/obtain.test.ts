import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Console } from "../../../../cli/progress.ts";
import { cachedCli, cliDir, userCacheDir } from "../../../../cli/pulumi/cli-cache.ts";
import { type Cli, describeCli, findCli } from "../../../../cli/pulumi/find-cli.ts";
import { downloadedCli } from "../../../../cli/pulumi/obtain.ts";
import { archiveName, checksumOf } from "../../../../cli/pulumi/release.ts";
import { isUsable, pulumiVersion } from "../../../../cli/pulumi/version.ts";
import { projectDir } from "../../../../cli/setup/paths.ts";
import { findProgram, trustedPath } from "../../../../cli/setup/trusted-path.ts";

let dir: string;
let lines: string[];
const console: Console = {
  line: (text = "") => void lines.push(text),
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
  phase: () => () => {},
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "commerce-unit-"));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that answers as `pulumi version` does. */
function program(folder: string, version: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "pulumi");
  writeFileSync(path, `#!/bin/sh\necho v${version}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("versions", () => {
  const [major = 0, minor = 0, patch = 0] = pulumiVersion.split(".").map(Number);

  it.each([
    [`v${pulumiVersion}`, true],
    [`${major}.${minor}.${patch + 1}`, true],
    [`${major}.${minor + 1}.0`, true],
    [`${pulumiVersion}-alpha.1`, true],
    [`${major}.${minor - 1}.999`, false],
    [`${major + 1}.0.0`, false],
    [`${major - 1}.999.999`, false],
    ["of no known version", false],
  ])("%s can run the program: %s", (version, result) => expect(isUsable(version)).toBe(result));

  it("are the same in package.json, in its lockfile and in the CLI's Go module", () => {
    const lock = JSON.parse(readFileSync(join(projectDir, "package-lock.json"), "utf8"));
    const goMod = readFileSync(join(projectDir, "images", "pulumi", "go.mod"), "utf8");
    expect(pulumiVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lock.packages["node_modules/@pulumi/pulumi"].version).toBe(pulumiVersion);
    expect(goMod).toContain(`github.com/pulumi/pulumi/pkg/v3 v${pulumiVersion}`);
  });
});

describe("the CLI on the PATH", () => {
  const env = (...folders: string[]) => ({ PATH: folders.join(delimiter) });

  it("is only found if it is executable", () => {
    const path = program(join(dir, "bin"), pulumiVersion);
    expect(findProgram("pulumi", env(join(dir, "none"), join(dir, "bin")), "linux")).toBe(path);
    chmodSync(path, 0o644);
    expect(findProgram("pulumi", env(join(dir, "bin")), "linux")).toBeUndefined();
    expect(findProgram("pulumi", {}, "linux")).toBeUndefined();
  });

  it("is ignored in folders that npm adds, of this checkout and of its parents, and in relative ones", () => {
    for (const folder of ["node_modules/.bin", "a/node_modules/.bin"]) program(join(dir, folder), "99.0.0");
    const hostile = env(
      join(dir, "node_modules", ".bin"),
      `${join(dir, "a", "node_modules", ".bin")}/`,
      "bin",
      ".",
      "",
    );
    expect(trustedPath(hostile)).toEqual([]);
    expect(findProgram("pulumi", hostile, "linux")).toBeUndefined();
  });

  it("is skipped with a reason if it cannot print its version, and used if it prints more than that", async () => {
    const own = program(join(dir, "bin"), pulumiVersion);
    const path = env(join(dir, "bin"), "/usr/bin", "/bin");
    writeFileSync(own, `#!/bin/sh\necho warning: update >&2\necho v${pulumiVersion}\n`);
    expect(await findCli(path, console, dir)).toMatchObject({ program: own, version: pulumiVersion });
    writeFileSync(own, "#!/bin/sh\necho no version is set >&2\nexit 126\n");
    expect(await findCli(path, console, dir)).toBeUndefined();
    expect(lines.at(-1)).toContain("is of unknown version");
  });

  it("is used from the minimum version on; an older one is named, and the cached one used instead", async () => {
    const own = program(join(dir, "bin"), pulumiVersion);
    const cached = program(cliDir("built", dir), pulumiVersion);
    expect(await findCli(env(join(dir, "bin"), "/usr/bin", "/bin"), console, dir)).toEqual({
      program: own,
      version: pulumiVersion,
      origin: "on the PATH",
    });
    program(join(dir, "bin"), "3.100.0");
    expect(await findCli(env(join(dir, "bin"), "/usr/bin", "/bin"), console, dir)).toMatchObject({
      program: cached,
    });
    expect(lines.join()).toContain(
      `${own} is 3.100.0, but this project needs Pulumi 3, ${pulumiVersion} or later`,
    );
  });
});

describe("the cache", () => {
  it.each([
    ["linux", {}, "/home/me/.cache/commerce-pipeline"],
    ["linux", { XDG_CACHE_HOME: "/x" }, "/x/commerce-pipeline"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/me/.cache/commerce-pipeline"],
    ["darwin", { XDG_CACHE_HOME: "/x" }, "/home/me/Library/Caches/commerce-pipeline"],
    ["win32", { LOCALAPPDATA: "/l" }, "/l/commerce-pipeline"],
  ])("of %s %o is %s", (platform, env, folder) => {
    expect(userCacheDir(env, platform, "/home/me")).toBe(folder);
  });

  it("keeps a CLI by version, system and architecture, and prefers the official release", () => {
    expect(cachedCli(dir)).toBeUndefined();
    const built = program(cliDir("built", dir), pulumiVersion);
    expect(built).toContain(`${pulumiVersion}-${process.platform}-${process.arch}`);
    expect(cachedCli(dir)).toEqual({ program: built, origin: "built from source" });
    const release = program(cliDir("release", dir), pulumiVersion);
    expect(cachedCli(dir)).toEqual({ program: release, origin: "Pulumi's release" });
  });
});

describe("Pulumi's release", () => {
  let server: Server | undefined;
  const missing = new Set<string>();
  afterEach(() => server?.close());

  /** Serves a release whose archive holds a CLI, with the given list of checksums. */
  async function releases(listOf: (sum: string) => string | undefined): Promise<string> {
    program(join(dir, "pulumi"), pulumiVersion);
    writeFileSync(join(dir, "pulumi", "pulumi-language-nodejs"), "");
    execFileSync("tar", ["-czf", join(dir, "archive"), "-C", dir, "pulumi"]);
    const archive = readFileSync(join(dir, "archive"));
    const list = listOf(createHash("sha256").update(archive).digest("hex"));
    const files: Record<string, string | Buffer | undefined> = {
      [`/v${pulumiVersion}/pulumi-${pulumiVersion}-checksums.txt`]: list,
      [`/v${pulumiVersion}/${archiveName()}`]: archive,
    };
    const listener = createServer((request, response) => {
      const content = missing.has(request.url ?? "") ? undefined : files[request.url ?? ""];
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    server = listener;
    await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  }
  const download = (url: string) => downloadedCli(console, { url, cacheDir: join(dir, "cache") });
  const cached = () =>
    existsSync(join(dir, "cache", "pulumi")) ? readdirSync(join(dir, "cache", "pulumi")) : [];

  it("is cached if its checksum is right, including its language hosts", async () => {
    const found = await download(await releases((sum) => `${sum}  ${archiveName()}\n`));
    const program = found?.program ?? "";
    expect(found).toMatchObject(cachedCli(join(dir, "cache")) ?? {});
    expect(execFileSync(program, { encoding: "utf8" }).trim()).toBe(`v${pulumiVersion}`);
    expect(existsSync(join(program, "..", "pulumi-language-nodejs"))).toBe(true);
    expect(describeCli(found as Cli)).toBe(`Pulumi CLI ${pulumiVersion}, Pulumi's release: ${program}`);
  });

  it("is refused if its checksum is wrong, and nothing is kept", async () => {
    const url = await releases(() => `${"0".repeat(64)}  ${archiveName()}\n`);
    await expect(download(url)).rejects.toThrow(
      /has SHA-256 [0-9a-f]{64}, but its release lists 0{64}: not used/,
    );
    expect(cached()).toEqual([]);
  });

  it("does not exist for every platform, and cannot always be reached: both are reported in one line", async () => {
    expect(await download(await releases(() => `${"0".repeat(64)}  another.tar.gz\n`))).toBeUndefined();
    expect(lines.at(-1)).toContain(`the release has no ${archiveName()}`);
    expect(await download("http://127.0.0.1:9/")).toBeUndefined();
    expect(lines.at(-1)).toContain("ECONNREFUSED");
  });

  it("is not used if only its checksums can be downloaded", async () => {
    const url = await releases((sum) => `${sum}  ${archiveName()}\n`);
    rmSync(join(dir, "archive"));
    missing.add(`/v${pulumiVersion}/${archiveName()}`);
    expect(await download(url)).toBeUndefined();
    expect(lines.at(-1)).toContain("404");
    missing.clear();
  });

  it("is left unchanged if another run has downloaded it in the meantime", async () => {
    const there = program(cliDir("release", join(dir, "cache")), "there");
    const found = await download(await releases((sum) => `${sum}  ${archiveName()}\n`));
    expect(found?.program).toBe(there);
    expect(execFileSync(there, { encoding: "utf8" }).trim()).toBe("vthere");
    expect(cached()).toHaveLength(1);
  });

  it("is named as Pulumi names it", () => {
    expect(archiveName("linux", "x64")).toBe(`pulumi-v${pulumiVersion}-linux-x64.tar.gz`);
    expect(archiveName("darwin", "arm64")).toBe(`pulumi-v${pulumiVersion}-darwin-arm64.tar.gz`);
    expect(archiveName("win32", "x64")).toBe(`pulumi-v${pulumiVersion}-windows-x64.zip`);
  });

  it("finds a checksum only by the full name", () => {
    const list = `${"a".repeat(64)}  x.tar.gz\r\n${"b".repeat(64)} *y.tar.gz\nshort  z\n`;
    expect(checksumOf(list, "x.tar.gz")).toBe("a".repeat(64));
    expect(checksumOf(list, "y.tar.gz")).toBe("b".repeat(64));
    expect(checksumOf(list, "tar.gz")).toBeUndefined();
    expect(checksumOf(list, "z")).toBeUndefined();
  });
});
