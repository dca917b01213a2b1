/** `commerce` itself, once Node and the packages are there (commerce.mjs installs them). */
import { projectDir } from "./bootstrap.mjs";
import { commands } from "./command-line/commands.ts";
import { parseCommandLine } from "./command-line/parse.ts";
import { loadCommand } from "./commands/index.ts";
import { createContext } from "./context.ts";
import { messageOf, PulumiFailed, UserError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { interruptSignal } from "./interrupt.ts";
import { styleFor } from "./style.ts";
import { moreAbout } from "./troubleshooting.ts";

const maxHelpWidth = 100;

async function main(): Promise<number> {
  const width = Math.min(process.stdout.columns ?? maxHelpWidth, maxHelpWidth);
  const parsed = parseCommandLine(process.argv.slice(2), process.env, styleFor(process.stdout), width);
  if (parsed.kind === "text") {
    process.stdout.write(parsed.text);
    return exitCodes.ok;
  }
  if (parsed.kind === "error") {
    const about = parsed.verb === undefined ? "" : ` ${parsed.verb}`;
    process.stderr.write(`commerce: ${parsed.message}\nUsage: npx commerce${about} --help\n`);
    return exitCodes.usage;
  }
  const { options } = parsed;
  const signal = interruptSignal((text) => {
    if (!commands[options.verb].endsByInterrupt) process.stderr.write(`\n${text}\n`);
  });
  try {
    const command = await loadCommand[options.verb]();
    return await command(createContext(options, projectDir, signal));
  } catch (error) {
    // A failed preview has written Pulumi's JSON already, which says why.
    const isWritten = options.verb === "preview" && error instanceof PulumiFailed;
    if (options.json && !isWritten) process.stdout.write(`${JSON.stringify(asJson(error), undefined, 2)}\n`);
    throw error;
  }
}

/** Standard output carries JSON in the case of an error, too. */
function asJson(error: unknown) {
  return { error: messageOf(error), ...(error instanceof UserError && { hint: error.hint }) };
}

function report(error: unknown): number {
  const style = styleFor(process.stderr);
  process.stderr.write(`${style.red(style.marks.fail)} ${messageOf(error)}\n`);
  if (error instanceof UserError) {
    if (error.hint !== undefined) process.stderr.write(`${error.hint.replace(/^/gm, "  ")}\n`);
    for (const entry of moreAbout(textOf(error))) process.stderr.write(`  More: ${entry}\n`);
    return error.exitCode;
  }
  if (process.env.COMMERCE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else process.stderr.write("  COMMERCE_DEBUG=1 shows where it happened.\n");
  return exitCodes.failed;
}

function textOf(error: UserError): string {
  const shown = error instanceof PulumiFailed ? error.shown : "";
  return [messageOf(error), error.hint, shown].join("\n");
}

const code = await main().catch(report);
// A client that still holds a socket must not hold the command.
process.stdout.write("", () => process.exit(code));
