import { join } from "node:path";

export const projectDir = join(import.meta.dirname, "..", "..");

/** Downloads and logs, which can be recreated. Git-ignored. */
export const cacheDir = join(projectDir, ".cache");

/** The Dockerfiles and the two lists of image names. */
export const imagesDir = join(projectDir, "images");
