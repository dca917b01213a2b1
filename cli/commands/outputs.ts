import type { Command } from "../context.ts";
import { UserError } from "../errors.ts";
import { columns } from "../format.ts";
import { recordedState } from "../pulumi/open.ts";
import { isUp } from "../pulumi/state.ts";

/** Prints the stack's outputs, secrets masked unless asked for. */
export const outputs: Command = async (context) => {
  const { options, project, style } = context;
  const state = await recordedState(context, options.showSecrets);
  if (state === undefined || !isUp(state)) {
    throw new UserError(`stack ${project.stack} is not up`, "`npm start` brings it up.");
  }
  if (options.json) {
    context.print(state.outputs);
    return 0;
  }
  const rows = Object.entries(state.outputs).map(([name, value]) => [style.dim(name), plain(value)]);
  for (const line of columns(rows)) context.console.line(line);
  return 0;
};

const plain = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
