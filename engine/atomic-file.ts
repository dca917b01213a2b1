import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Readers, and whoever comes after a crash, see the old text or the new. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`${path} cannot be written, it is as it was before: ${(error as Error).message}`);
  }
}
