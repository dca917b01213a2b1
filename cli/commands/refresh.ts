import { consent } from "../consent.ts";
import type { Command } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { presumedImages } from "../prepare-images.ts";

/** Reads every resource and records what is found. */
export const refresh: Command = async (context) => {
  if (!(await consent(context, "Record the state of what really runs?"))) return 1;
  await requireDocker(context.console);
  await chooseEngine(context, presumedImages(context)).refresh();
  return 0;
};
