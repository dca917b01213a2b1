/** From a command line to options, through commander. */
import { CommanderError } from "commander";
import type { Style } from "../style.ts";
import { commands, isVerb, otherTools, type Verb, verbs } from "./commands.ts";
import { flags, type ImageChoice } from "./flags.ts";
import { calledThroughScript, keptByNpm } from "./npm.ts";
import { createProgram } from "./program.ts";
import { suggest } from "./suggest.ts";

export interface Options {
  readonly verb: Verb;
  readonly stack: string;
  /** Where state is kept: a URL, or `current` for where the Pulumi CLI is logged in. */
  readonly backend: string | undefined;
  readonly images: ImageChoice;
  readonly json: boolean;
  readonly showSecrets: boolean;
  readonly yes: boolean;
  readonly proof: boolean;
  readonly diff: boolean;
  readonly purge: boolean;
  /** Where a replay starts. */
  readonly from: string | undefined;
  /** The word behind a command that takes one: `scale N`. */
  readonly argument: string | undefined;
  /** URNs of the only resources to look at; none means all. */
  readonly target: readonly string[];
  readonly targetDependents: boolean;
  /** URNs of resources to recreate. */
  readonly replace: readonly string[];
  readonly cwd: string | undefined;
  /** The command in Pulumi's own words, for commands that pass them on: `config set --secret KEY VALUE`. */
  readonly words: readonly string[];
}

export type Parsed =
  | { kind: "run"; options: Options }
  | { kind: "text"; text: string }
  | { kind: "error"; message: string; verb?: Verb };

type Env = Readonly<Record<string, string | undefined>>;

/** Reads a command line. `env` has the stack's default (PULUMI_STACK), and tells how the command was called. */
export function parseCommandLine(args: readonly string[], env: Env, style: Style, width = 80): Parsed {
  const kept = keptByNpm(env);
  if (kept !== undefined) return { kind: "error", message: kept };
  const [verb, ...rest] = verbFirst(args);
  if (verb === undefined) return { kind: "error", message: "name a command, such as `commerce up`" };
  if (!verb.startsWith("-") && verb !== "help" && !isVerb(verb)) {
    const known = Object.hasOwn(otherTools, verb)
      ? `; ${otherTools[verb]}`
      : suggest(verb, verbs, "commerce ");
    return { kind: "error", message: `unknown command ${verb}${known}` };
  }
  // Behind two dashes everything is a word; Pulumi needs the dashes, too.
  const isPulumi = isVerb(verb) && commands[verb].pulumi !== undefined;
  const dashes = isPulumi ? rest.indexOf("--") : -1;
  const [own, verbatim] = dashes < 0 ? [rest, []] : [rest.slice(0, dashes), rest.slice(dashes)];

  let text = "";
  const result: { parsed?: Parsed | undefined } = {};
  const output = { style, width, write: (more: string) => (text += more) };
  const program = createProgram(output, (name, given, words) => {
    result.parsed = isPulumi
      ? pulumiOptions(name, given, [...words, ...verbatim], env)
      : toOptions(name, given, env, words);
  });
  try {
    program.parse([verb, ...own], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === "commander.help") return { kind: "text", text };
    return { kind: "error", message: problem(error.message, env, verb), ...(isVerb(verb) && { verb }) };
  }
  if (result.parsed !== undefined) return result.parsed;
  program.commands.find((command) => command.name() === verb)?.outputHelp();
  return { kind: "text", text };
}

/** Flags may come before the command; commander expects a command's own behind it. */
function verbFirst(args: readonly string[]): readonly string[] {
  let at = 0;
  for (let arg = args[at]; arg?.startsWith("-"); arg = args[at]) at += takesNextWord(arg) ? 2 : 1;
  const verb = args[at];
  return verb === undefined ? args : [verb, ...args.slice(0, at), ...args.slice(at + 1)];
}

function takesNextWord(arg: string): boolean {
  return Object.values(flags).some(({ syntax }) => {
    const [names = "", value] = syntax.split(" <");
    return value !== undefined && names.split(", ").includes(arg);
  });
}

/** Commander's message in this command's form: no prefix, the suggestion on the same line. */
function problem(message: string, env: Env, verb: string): string {
  const line = message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\)$/s, "; did you mean $1");
  // npm keeps a flag without `--` in front for itself and passes on only its value.
  if (!line.startsWith("too many arguments") || !isVerb(verb)) return line;
  return `${line} Flags such as the stack: ${calledThroughScript(env, verb)} --stack demo`;
}

/** @returns undefined where the user asks for the command's own help */
function pulumiOptions(
  verb: Verb,
  given: Readonly<Record<string, unknown>>,
  words: readonly string[],
  env: Env,
): Parsed | undefined {
  const [first] = words;
  if (first === "--help" || first === "-h") return undefined;
  const { subcommands, needsWords } = commands[verb].pulumi ?? {};
  if (first === undefined && needsWords) {
    return {
      kind: "error",
      verb,
      message: `commerce ${verb} needs more words, such as ${commands[verb].examples[0]}`,
    };
  }
  if (
    subcommands !== undefined &&
    first !== undefined &&
    !first.startsWith("-") &&
    !subcommands.includes(first)
  ) {
    return {
      kind: "error",
      verb,
      message: `unknown command ${verb} ${first}${suggest(first, subcommands, `commerce ${verb} `)}`,
    };
  }
  return toOptions(verb, given, env, [], verb === "pulumi" ? words : [verb, ...words]);
}

function toOptions(
  verb: Verb,
  given: Readonly<Record<string, unknown>>,
  env: Env,
  [argument]: readonly string[],
  words: readonly string[] = [],
): Parsed {
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : undefined);
  const list = (name: string) => (Array.isArray(given[name]) ? given[name].map(String) : []);
  const stack = text("stack") ?? env.PULUMI_STACK ?? "dev";
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(stack)) {
    return {
      kind: "error",
      verb,
      message: `stack name ${JSON.stringify(stack)}: only letters, digits, - _ and . are allowed, beginning with a letter or digit`,
    };
  }
  return {
    kind: "run",
    options: {
      verb,
      stack,
      backend: text("backend"),
      images: imageChoice(text("images")),
      json: given.json === true,
      showSecrets: given.showSecrets === true,
      yes: given.yes === true,
      proof: given.proof !== false,
      diff: given.diff === true,
      purge: given.purge === true,
      from: text("from"),
      argument,
      target: list("target"),
      targetDependents: given.targetDependents === true,
      replace: list("replace"),
      cwd: text("cwd"),
      words,
    },
  };
}

const imageChoice = (text: string | undefined): ImageChoice =>
  text === "registry" || text === "local" ? text : "auto";
