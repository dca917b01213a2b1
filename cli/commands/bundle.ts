import { writeArchive } from "../bundle/archive.ts";
import { collectBundle } from "../bundle/collect.ts";
import type { Command } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { bytes, count } from "../format.ts";
import { newFile } from "../new-file.ts";
import { stackRedaction } from "../pulumi/recorded-secrets.ts";

/** Writes one archive for a bug report, without secrets. */
export const bundle: Command = async (context) => {
  const { options, console, style } = context;
  const file = newFile(context, "tar.gz");
  const step = console.step("Collecting");
  try {
    const { redact, problem } = await stackRedaction(context);
    const contents = await collectBundle(context, problem === undefined);
    const redacted = new Map([...contents].map(([path, text]) => [path, redact(text)]));
    const size = await writeArchive(file, redacted);
    step.done();
    if (problem !== undefined) console.line(`Without logs, as the stack's secrets are unknown: ${problem}`);
    if (options.json) context.print({ file, bytes: size, files: [...redacted.keys()].sort() });
    console.line(`${style.green(style.marks.ok)} ${file}: ${count(redacted.size)} files, ${bytes(size)}`);
    console.line("  Passwords and environment values are masked; look through it before you pass it on.");
    return exitCodes.ok;
  } catch (error) {
    step.fail();
    throw error;
  }
};
