/** `npm run generate`: writes Pulumi.yaml's `config` section and docs/CONFIGURATION.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderDocument, renderProjectFile } from "./render.ts";

const projectRoot = join(import.meta.dirname, "../..");
const projectFile = join(projectRoot, "Pulumi.yaml");

writeFileSync(projectFile, renderProjectFile(readFileSync(projectFile, "utf8")));
writeFileSync(join(projectRoot, "docs/CONFIGURATION.md"), renderDocument());
