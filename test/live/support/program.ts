import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { canInstallPackages, installPackages } from "../../../cli/setup/debian.ts";

/**
 * A program of this machine, which is installed where packages can be.
 *
 * @param names the first one is also the name of the package
 * @throws Error if there is none
 */
export async function findProgram(...names: [string, ...string[]]): Promise<string> {
  const found = onPath(names);
  if (found !== undefined) return found;
  if (canInstallPackages()) await installPackages([names[0]], () => undefined);
  const installed = onPath(names);
  if (installed === undefined) throw new Error(`install ${names.join(" or ")}`);
  return installed;
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}
