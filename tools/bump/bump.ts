/** `npm run bump -- NAME VERSION`: changes a pinned version wherever it is written. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { names, pinnedBy, withVersion } from "./versions.ts";

const root = join(import.meta.dirname, "../..");

const [name, version] = process.argv.slice(2);
if (name === undefined || version === undefined || !/^\d/.test(version)) {
  console.error(`Usage: npm run bump -- NAME VERSION\nNAME: ${names.join(", ")}, or an npm package`);
  process.exit(2);
}

const { places, commands, jars } = pinnedBy(name);
const texts = places.map((place) => {
  const path = join(root, place.file);
  return { path, text: withVersion(readFileSync(path, "utf8"), place, version) };
});
for (const { path, text } of texts) writeFileSync(path, text);

if (jars !== undefined) for (const file of jarsIn(jars)) rmSync(file);
for (const [program = "", ...args] of commands(version)) {
  console.log(`$ ${[program, ...args].join(" ")}`);
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.error(
      `${program} failed${error ? `: ${error.message}` : ""}. \`git diff\` shows what was changed.`,
    );
    process.exit(1);
  }
}
if (jars !== undefined) writeChecksums(jars);
console.log("Now run `npm test`, and look at `git diff`.");

function jarsIn(folder: string): string[] {
  return globSync(join(root, folder, "*.jar")).sort();
}

/** As `sha256sum *.jar` prints them. */
function writeChecksums(folder: string): void {
  const lines = jarsIn(folder).map((file) => {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    return `${digest}  ${basename(file)}\n`;
  });
  writeFileSync(join(root, folder, "SHA256SUMS"), lines.join(""));
}
