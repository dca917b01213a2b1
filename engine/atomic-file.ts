import { open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Readers, and whoever comes after a crash, see the old text or the new. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const file = await open(temporary, "w", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
