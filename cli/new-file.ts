import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { UserError } from "./errors.ts";

/**
 * Where a command writes a file: to its first argument, or to PROJECT-STACK-TIME in the current folder.
 *
 * @throws UserError if there is such a file
 */
export function newFile({ options, project }: Context, extension: string): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  const file = resolve(options.arguments[0] ?? `${project.name}-${project.stack}-${time}.${extension}`);
  if (existsSync(file)) throw new UserError(`${file} exists already`, "Name another file.");
  return file;
}
