import type { Command } from "../context.ts";
import { chooseEngine } from "../engines/choose.ts";
import { presumedImages } from "../prepare-images.ts";

/** Shows what `up` would change. Installs nothing, builds nothing. */
export const preview: Command = async (context) => {
  const engine = chooseEngine(context, presumedImages(context));
  const { changes } = await engine.preview();
  if (context.options.json) context.print({ engine: engine.name, changes });
  return 0;
};
