import type { Command } from "../context.ts";
import { chooseEngine } from "../engines/choose.ts";

/** `config`, `state`, `import` and `cancel`: the engine's own, in Pulumi's words. */
export const handOn: Command = (context) => chooseEngine(context).command(context.options.words);
