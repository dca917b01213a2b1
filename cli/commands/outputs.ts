import type { Command } from "../context.ts";
import { chooseEngine } from "../engines/choose.ts";
import { UserError } from "../errors.ts";
import { columns } from "../format.ts";

/** Prints the stack's outputs, secrets masked unless asked for. */
export const outputs: Command = async (context) => {
  const { options, project, style } = context;
  const found = await chooseEngine(context).outputs(options.showSecrets);
  // After a destroy there is a stack still, with nothing in it.
  if (found === undefined || Object.keys(found).length === 0) {
    throw new UserError(`stack ${project.stack} is not up`, "`npm start` brings it up.");
  }
  if (options.json) {
    context.print(found);
    return 0;
  }
  const rows = Object.entries(found).map(([name, value]) => [style.dim(name), plain(value)]);
  for (const line of columns(rows)) context.console.line(line);
  return 0;
};

const plain = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
