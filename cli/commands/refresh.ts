import { ask, canAsk } from "../../engine/commands/ask.ts";
import type { Command } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { presumedImages } from "../prepare-images.ts";

/** Reads every resource and records what is found. */
export const refresh: Command = async (context) => {
  const { options, console, signal } = context;
  const question = "Record the state of what really runs?";
  if (!options.yes && canAsk() && !(await ask(question, signal))) {
    console.line("Nothing was changed.");
    return 1;
  }
  await requireDocker(console);
  await chooseEngine(context, presumedImages(context)).refresh();
  return 0;
};
