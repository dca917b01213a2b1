import type { Command } from "../context.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** `config`, `state`, `import`, `cancel` are the Pulumi CLI's own; `pulumi` is any other of its commands. */
export const handOver: Command = async (context) => {
  const { words } = context.options;
  const stack = await openStack(context, presumedImages(context));
  return stack.run(words[0] === "pulumi" ? words.slice(1) : words);
};
