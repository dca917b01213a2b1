import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import axios from "axios";
import tar from "tar-fs";
import { messageOf } from "../errors.ts";
import type { Console } from "../progress.ts";
import { runCommand } from "../setup/command.ts";
import { addToCache, cliDir, cliName } from "./cli-cache.ts";
import { pulumiVersion } from "./version.ts";

const releases = "https://github.com/pulumi/pulumi/releases/download";
const checksumsMs = 10_000;
const archiveMs = 10 * 60_000;

export interface ReleaseSource {
  /** Folder of all releases, by tag. Default: Pulumi's own. */
  readonly url?: string;
  readonly cacheDir?: string;
}

/**
 * Downloads Pulumi's release for this machine, including its language hosts, into the user's cache. Its SHA-256 is
 * compared with the release's list.
 *
 * @returns the program, or why there is none: no answer, too slow, or no release for this platform
 * @throws Error when the checksum differs
 */
export async function downloadCli(
  console: Console,
  { url = releases, cacheDir }: ReleaseSource = {},
): Promise<{ program: string } | { unavailable: string }> {
  const folder = `${url}/v${pulumiVersion}`;
  const archive = archiveName();
  let checksums: string;
  try {
    checksums = await download(`${folder}/pulumi-${pulumiVersion}-checksums.txt`, checksumsMs).then(String);
  } catch (error) {
    return { unavailable: messageOf(error) };
  }
  const expected = checksumOf(checksums, archive);
  if (expected === undefined) return { unavailable: `the release has no ${archive}` };
  const step = console.step(`Downloading the Pulumi CLI ${pulumiVersion}`);
  let content: Buffer;
  try {
    content = await download(`${folder}/${archive}`, archiveMs, step.update);
  } catch (error) {
    step.fail();
    return { unavailable: messageOf(error) };
  }
  try {
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== expected) {
      throw new Error(
        `${folder}/${archive} has SHA-256 ${found}, but its release lists ${expected}: not used`,
      );
    }
    const target = cliDir("release", cacheDir);
    await addToCache(target, (scratch) => unpack(content, archive, scratch));
    step.done();
    return { program: join(target, cliName) };
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** As Pulumi names its archives. */
export function archiveName(platform: string = process.platform, arch: string = process.arch): string {
  const [os, ending] = platform === "win32" ? ["windows", "zip"] : [platform, "tar.gz"];
  return `pulumi-v${pulumiVersion}-${os}-${arch}.${ending}`;
}

/** The checksum of a file in a list in the format of `sha256sum`. */
export function checksumOf(list: string, file: string): string | undefined {
  const lines = list.split(/\r?\n/).map((line) => line.trim().split(/\s+\*?/));
  return lines.find(([sum, name]) => name === file && /^[0-9a-f]{64}$/.test(sum ?? ""))?.[0];
}

async function download(
  url: string,
  limitMs: number,
  onProgress?: (detail: string) => void,
): Promise<Buffer> {
  const { data } = await axios.get<ArrayBuffer>(url, {
    responseType: "arraybuffer",
    signal: AbortSignal.timeout(limitMs),
    onDownloadProgress: ({ loaded, total }) =>
      onProgress?.(`${mebibytes(loaded)} of ${total === undefined ? "?" : mebibytes(total)} MiB`),
  });
  return Buffer.from(data);
}

const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

/** @returns the folder with the programs */
async function unpack(content: Buffer, archive: string, folder: string): Promise<string> {
  if (process.platform !== "win32") {
    await pipeline(Readable.from([content]), createGunzip(), tar.extract(folder));
    return join(folder, "pulumi");
  }
  writeFileSync(join(folder, archive), content);
  // Windows' own tar reads zip archives; another one on the PATH may not.
  const windowsTar = join(process.env.SystemRoot ?? "C:\\Windows", "System32", "tar.exe");
  await runCommand(windowsTar, ["-xf", join(folder, archive), "-C", folder]);
  return join(folder, "pulumi", "bin");
}
