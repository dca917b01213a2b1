/** The engine's commands, in the Pulumi CLI's own words: which there are, and what each may be given. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { StackOptions } from "../stack.ts";
import { suggest } from "./suggest.ts";

const options = {
  all: { type: "boolean" },
  config: { type: "string", short: "c", multiple: true },
  "continue-on-error": { type: "boolean" },
  cwd: { type: "string", short: "C" },
  diff: { type: "boolean" },
  force: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  json: { type: "boolean", short: "j" },
  "non-interactive": { type: "boolean" },
  parallel: { type: "string", short: "p" },
  parent: { type: "string" },
  path: { type: "boolean" },
  plaintext: { type: "boolean" },
  "preview-only": { type: "boolean" },
  protect: { type: "boolean" },
  provider: { type: "string" },
  refresh: { type: "boolean", short: "r" },
  replace: { type: "string", multiple: true },
  secret: { type: "boolean" },
  "show-secrets": { type: "boolean" },
  "skip-preview": { type: "boolean", short: "f" },
  stack: { type: "string", short: "s" },
  target: { type: "string", short: "t", multiple: true },
  "target-dependents": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
} as const satisfies ParseArgsOptionsConfig;

export type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
type Flag = keyof Flags;

/** What a command is called with. */
export interface Call {
  stack: StackOptions & { pluginFallbackDir?: string };
  words: string[];
  flags: Flags;
}

/** By name; each gives the exit code. */
export type Commands = Record<string, (call: Call) => Promise<number>>;

const run: Flag[] = ["config", "diff", "parallel", "target", "target-dependents"];
const change: Flag[] = [...run, "skip-preview", "preview-only", "continue-on-error"];

/** The words after its name, `[…]` for those that may be missing, `…` for any number; its options. */
const signatures: Record<string, [words: string, flags: Flag[]]> = {
  up: ["", [...change, "refresh", "replace"]],
  preview: ["", [...run, "refresh", "replace", "json"]],
  refresh: ["", change],
  destroy: ["", [...change, "refresh"]],
  outputs: ["", ["show-secrets", "json"]],
  config: ["", ["show-secrets", "json"]],
  "config get": ["KEY", ["path", "json"]],
  "config set": ["KEY [VALUE]", ["path", "secret", "plaintext"]],
  "config rm": ["KEY", ["path"]],
  "state list": ["", ["json"]],
  "state show": ["URN", ["show-secrets"]],
  "state delete": ["URN", ["force", "target-dependents"]],
  "state unprotect": ["[URN]…", ["all"]],
  import: ["TYPE NAME ID", ["parent", "provider", "protect", "skip-preview"]],
  cancel: ["", []],
};
const common: Flag[] = ["cwd", "stack", "yes", "non-interactive", "help"];
const aliases: Record<string, string> = { "state rm": "state delete", "state get": "state show" };

/** Loaded when needed: what edits a file does not wait for the whole engine. */
const modules: Record<string, () => Promise<{ default: Commands }>> = {
  config: () => import("./config.ts"),
  state: () => import("./state.ts"),
  import: () => import("./import.ts"),
  cancel: () => import("./cancel.ts"),
};

/** The command line is wrong. */
class UsageError extends Error {}

/**
 * Runs a command as `pulumi` would.
 * @returns the exit code: 0 all went well, 1 something failed, 2 the command line is wrong
 */
export async function runCommand(
  args: readonly string[],
  defaults: Omit<Call["stack"], "projectDir" | "stack"> & { cwd: string; stack?: string },
): Promise<number> {
  try {
    const { name, words, flags } = parse(args);
    if (flags.help || name === "") {
      (flags.help ? process.stdout : process.stderr).write(usage(name));
      return flags.help ? 0 : 2;
    }
    const { cwd, ...rest } = defaults;
    const stack = flags.stack ?? defaults.stack;
    if (!stack) throw new UsageError("Which stack? Name it with --stack");
    const given = (flags.config ?? []).map((entry) => entry.split(/=(.*)/s).slice(0, 2));
    const config = { ...rest.config, ...Object.fromEntries(given) };
    const load = modules[name.split(" ")[0] ?? ""] ?? (() => import("./deploy.ts"));
    const { default: commands }: { default: Commands } = await load();
    const call = { stack: { ...rest, projectDir: flags.cwd ?? cwd, stack, config }, words, flags };
    return (await commands[name]?.(call)) ?? 2;
  } catch (error) {
    // What the engine foresees are plain errors; anything else is a defect and keeps its stack trace.
    const { message, stack } = error as Error;
    const isForeseen = (error as Error).constructor === Error || error instanceof UsageError;
    process.stderr.write(`error: ${isForeseen ? message : stack}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parse(args: readonly string[]): { name: string; words: string[]; flags: Flags } {
  const { values: flags, positionals } = parseFlags(args);
  const pair = positionals.slice(0, 2).join(" ");
  const name = [aliases[pair] ?? pair, positionals[0] ?? ""].find((known) => signatures[known]);
  if (name === undefined) {
    if (flags.help || !pair) return { name: "", words: [], flags };
    throw new UsageError(`Unknown command '${pair}'${suggest(pair, Object.keys(signatures))}`);
  }
  const words = positionals.slice(name.split(" ").length);
  const [expected = "", allowed = []] = signatures[name] ?? [];
  const other = (Object.keys(flags) as Flag[]).find((flag) => ![...common, ...allowed].includes(flag));
  if (other) throw new UsageError(`'${name}' has no option --${other}`);
  const places = expected.split(" ").filter(Boolean);
  const least = places.filter((place) => !place.startsWith("[")).length;
  const most = expected.endsWith("…") ? Number.POSITIVE_INFINITY : places.length;
  if (!flags.help && (words.length < least || words.length > most)) throw new UsageError(usage(name).trim());
  return { name, words, flags };
}

function parseFlags(args: readonly string[]) {
  // Switches are also set by `=true` and `=false`, as the Pulumi CLI has it.
  const plain = args.map((arg) =>
    arg.replace(/^--([\w-]+)=(true|false)$/, (_, name, is) => (is === "true" ? `--${name}` : `--no-${name}`)),
  );
  try {
    return parseArgs({ args: plain, options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '-*([^']*)'/.exec(message)?.[1];
    if (!unknown) throw new UsageError(message);
    throw new UsageError(`Unknown option --${unknown}${suggest(unknown, Object.keys(options), "--")}`);
  }
}

function usage(name: string): string {
  const lines = Object.entries(signatures)
    .filter(([command]) => !name || command === name)
    .map(([command, [words, flags]]) =>
      [command, words, ...flags.map((flag) => `[--${flag}]`)].filter(Boolean).join(" "),
    );
  return `Usage: COMMAND --stack NAME [--cwd DIR] [--yes]\n\n  ${lines.join("\n  ")}\n`;
}
