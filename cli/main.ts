/** `commerce` itself, once Node and the packages are there (commerce.mjs sees to that). */
import { parseCommandLine } from "./args.ts";
import { projectDir } from "./bootstrap.mjs";
import { type Command, createContext } from "./context.ts";
import { messageOf, UserError } from "./errors.ts";
import { helpText } from "./help.ts";
import { interruptSignal } from "./interrupt.ts";
import { styleFor } from "./style.ts";
import type { Verb } from "./verbs.ts";

/** Each loads what it needs when it is asked for: `--help` must not wait for a Kafka client. */
const change = async () => (await import("./commands/change.ts")).change;
const handOver = async () => (await import("./commands/hand-over.ts")).handOver;
const commands: Readonly<Record<Verb, () => Promise<Command>>> = {
  up: async () => (await import("./commands/up.ts")).up,
  preview: async () => (await import("./commands/preview.ts")).preview,
  refresh: async () => (await import("./commands/refresh.ts")).refresh,
  pause: change,
  resume: change,
  scale: change,
  savepoint: change,
  replay: change,
  destroy: async () => (await import("./commands/destroy.ts")).destroy,
  outputs: async () => (await import("./commands/outputs.ts")).outputs,
  status: async () => (await import("./commands/status.ts")).status,
  config: handOver,
  state: handOver,
  import: handOver,
  cancel: handOver,
  pulumi: handOver,
};

const usageError = 64;

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2), process.env);
  if (parsed.kind === "help") {
    process.stdout.write(helpText(parsed.verb, styleFor(process.stdout)));
    return 0;
  }
  if (parsed.kind === "error") {
    process.stderr.write(`commerce: ${parsed.message}\nSee commerce --help.\n`);
    return usageError;
  }
  const signal = interruptSignal((text) => process.stderr.write(`\n${text}\n`));
  const context = createContext(parsed.options, projectDir, signal);
  const command = await commands[parsed.options.verb]();
  return command(context);
}

function report(error: unknown): number {
  const style = styleFor(process.stderr);
  process.stderr.write(`${style.red(style.marks.fail)} ${messageOf(error)}\n`);
  if (error instanceof UserError) {
    if (error.hint !== undefined) process.stderr.write(`${error.hint.replace(/^/gm, "  ")}\n`);
  } else if (error instanceof Error && error.stack !== undefined) {
    // Not foreseen: whoever reports it needs the place.
    process.stderr.write(`${style.dim(error.stack.split("\n").slice(1, 6).join("\n"))}\n`);
  }
  return error instanceof UserError && error.name === "Interrupted" ? 130 : 1;
}

const code = await main().catch(report);
// A client that still holds a socket must not hold the command.
process.stdout.write("", () => process.exit(code));
