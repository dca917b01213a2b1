import { join } from "node:path";

export const projectDir = join(import.meta.dirname, "..", "..");

/** What can be made again: downloads, logs. Git-ignored. */
export const cacheDir = join(projectDir, ".cache");

/** The Dockerfiles, and the two lists of image names. */
export const imagesDir = join(projectDir, "images");

/** The npm package that holds the Node binary which this project runs on. */
export const nodePackageDir = join(projectDir, "node_modules", "node");
