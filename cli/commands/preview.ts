import { checkConfig } from "../config-words.ts";
import type { Command } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** Shows what `up` would change. */
export const preview: Command = async (context) => {
  checkConfig(context.project);
  const stack = await openStack(context, presumedImages(context));
  await stack.preview(context.options.json);
  return exitCodes.ok;
};
