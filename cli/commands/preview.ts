import type { Command } from "../context.ts";
import { chooseEngine } from "../engines/choose.ts";
import { presumedImages } from "../prepare-images.ts";

/** Shows what `up` would change. Installs nothing, builds nothing. */
export const preview: Command = async (context) => {
  await chooseEngine(context, presumedImages(context)).preview(context.options.json);
  return 0;
};
