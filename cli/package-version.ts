import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "./bootstrap.mjs";

/** This project's version. */
export const version: string = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8")).version;
