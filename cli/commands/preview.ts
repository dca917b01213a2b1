import { checkConfig } from "../config-words.ts";
import type { Command } from "../context.ts";
import { findDocker } from "../docker.ts";
import { exitCodes } from "../exit-codes.ts";
import { requireOwnStack } from "../owner.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** Shows what `up` would change. */
export const preview: Command = async (context) => {
  checkConfig(context.project);
  const docker = await findDocker();
  if (docker !== undefined) await requireOwnStack(context, docker);
  const stack = await openStack(context, presumedImages(context));
  await stack.preview(context.options.json);
  return exitCodes.ok;
};
