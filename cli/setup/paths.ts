import { join } from "node:path";

export const projectDir = join(import.meta.dirname, "..", "..");

/** Downloads and logs, which can be recreated. Git-ignored. */
export const cacheDir = join(projectDir, ".cache");

/** The Dockerfiles and the two lists of image names. */
export const imagesDir = join(projectDir, "images");

/** The npm package with the Node binary that this project runs on. */
export const nodePackageDir = join(projectDir, "node_modules", "node");
