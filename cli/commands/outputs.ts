import type { Command } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { columns } from "../format.ts";
import { requireUp } from "../pulumi/require-up.ts";

/** Prints the stack's outputs, secrets masked unless asked for. */
export const outputs: Command = async (context) => {
  const { options, style, console } = context;
  const state = await requireUp(context, options.showSecrets);
  if (options.json) {
    context.print(state.outputs);
    return exitCodes.ok;
  }
  const rows = Object.entries(state.outputs).map(([name, value]) => [style.dim(name), plain(value)]);
  for (const line of columns(rows)) console.line(line);
  return exitCodes.ok;
};

const plain = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
