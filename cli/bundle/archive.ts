import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-fs";

/** The texts of an archive, by path. */
export type Contents = ReadonlyMap<string, string>;

/**
 * Writes a tar.gz with one folder, which is named like the file.
 *
 * @returns its bytes
 * @throws Error if the file exists
 */
export async function writeArchive(file: string, contents: Contents): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "commerce-bundle-"));
  try {
    const folder = join(scratch, basename(file).replace(/\.(tar\.gz|tgz)$/, ""));
    for (const [path, text] of contents) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    // Not for other users to read, although its secrets are masked.
    await pipeline(pack(scratch), createGzip(), createWriteStream(file, { flags: "wx", mode: 0o600 }));
    return statSync(file).size;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
