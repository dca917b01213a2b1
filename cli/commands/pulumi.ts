import { text } from "node:stream/consumers";
import { checkSetting, settingsIn } from "../config-words.ts";
import type { Command } from "../context.ts";
import { UsageError } from "../errors.ts";
import { presumedImages } from "../prepare.ts";
import { openStack } from "../pulumi/open.ts";

/** `config`, `state`, `import` and `cancel` are the Pulumi CLI's own commands; `pulumi` is any other of them. */
export const pulumi: Command = async (context) => {
  const { options, project } = context;
  const settings = settingsIn(options.words);
  for (const setting of settings) checkSetting(setting, project);
  const [withoutValue] = settings.filter(({ value }) => value === undefined);
  const input = withoutValue && !process.stdin.isTTY ? await pipedValue(withoutValue.key) : undefined;
  if (withoutValue !== undefined && input !== undefined) {
    checkSetting({ ...withoutValue, value: input.trim() }, project);
  }
  const stack = await openStack(context, presumedImages(context));
  return stack.run(options.words, input);
};

/** Without a terminal, Pulumi would set the key to an empty text. */
async function pipedValue(key: string): Promise<string> {
  const piped = await text(process.stdin);
  if (piped.trim() !== "") return piped;
  throw new UsageError(
    `config set ${key}: no value, and no terminal to ask for it`,
    `Add the value, or pipe it in: echo VALUE | npx commerce config set ${key}`,
  );
}
