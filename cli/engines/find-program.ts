import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Windows calls it Path. */
export function pathKey(env: Env): string {
  return Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
}

/** The full path of a program on the PATH, as the shell would find it. */
export function findProgram(name: string, env: Env, platform: string = process.platform): string | undefined {
  const names = platform === "win32" ? [`${name}.exe`] : [name];
  for (const folder of (env[pathKey(env)] ?? "").split(delimiter).filter(Boolean)) {
    for (const path of names.map((file) => join(folder, file))) {
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}
