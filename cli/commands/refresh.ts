import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { exitCodes } from "../exit-codes.ts";
import { requireOwnStack } from "../owner.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** Reads every resource and records its live state. */
export const refresh: Command = async (context) => {
  if (!(await consent(context, "Record the live state of every resource?"))) return exitCodes.failed;
  await requireOwnStack(context, await requireDocker(context.console));
  const stack = await openStack(context, presumedImages(context));
  await stack.refresh();
  return exitCodes.ok;
};
