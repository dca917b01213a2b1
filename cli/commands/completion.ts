import { completionScript } from "../command-line/completion.ts";
import type { Command } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/** Prints a shell's completion script. */
export const completion: Command = async ({ options }) => {
  process.stdout.write(completionScript(options.arguments[0] ?? ""));
  return exitCodes.ok;
};
