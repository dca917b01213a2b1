import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** Reads every resource and records what is found. */
export const refresh: Command = async (context) => {
  if (!(await consent(context, "Record the state of what really runs?"))) return 1;
  await requireDocker(context.console);
  const stack = await openStack(context, presumedImages(context));
  await stack.refresh();
  return 0;
};
