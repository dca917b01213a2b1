/** From a command line to options, through commander. */

import { CommanderError } from "commander";
import { suggest } from "../../facts/suggest.ts";
import type { Env } from "../env.ts";
import { UsageError } from "../errors.ts";
import type { Style } from "../style.ts";
import { commands, isVerb, otherTools, type Verb, verbs } from "./commands.ts";
import { flags } from "./flags.ts";
import { calledThroughScript, keptByNpm } from "./npm.ts";
import { type Options, optionsOf } from "./options.ts";
import { createProgram } from "./program.ts";

export type Parsed =
  | { kind: "run"; options: Options }
  | { kind: "text"; text: string }
  | { kind: "error"; message: string; verb?: Verb };

const programFlags = ["-h", "--help", "-V", "--version"];

/** Reads a command line. `env` has the stack's default (PULUMI_STACK), and tells how the command was called. */
export function parseCommandLine(args: readonly string[], env: Env, style: Style, width = 80): Parsed {
  const [verb, ...rest] = verbFirst(args);
  const about = verb !== undefined && isVerb(verb) ? { verb } : {};
  try {
    return parse(verb, rest, env, { style, width });
  } catch (error) {
    if (error instanceof UsageError) return { kind: "error", message: error.message, ...about };
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "error", message: problem(error.message, env, verb), ...about };
  }
}

/** @throws UsageError, CommanderError */
function parse(
  verb: string | undefined,
  rest: readonly string[],
  env: Env,
  look: { style: Style; width: number },
): Parsed {
  const kept = keptByNpm(env);
  if (kept !== undefined) throw new UsageError(kept);
  if (verb === undefined) throw new UsageError("name a command, such as `commerce up`");
  if (!isVerb(verb) && verb !== "help" && !programFlags.includes(verb)) throw unknownCommand(verb);
  // After two dashes everything is a word; Pulumi needs the dashes, too.
  const isPulumi = isVerb(verb) && commands[verb].pulumi !== undefined;
  const dashes = isPulumi && rest.includes("--") ? rest.indexOf("--") : rest.length;

  let text = "";
  const result: { options?: Options } = {};
  const output = { ...look, write: (more: string) => (text += more) };
  const program = createProgram(output, (name, given, words) => {
    const all = [...words, ...rest.slice(dashes)];
    if (isPulumi && (all[0] === "--help" || all[0] === "-h")) return;
    result.options = optionsOf(name, given, all, env);
  });
  try {
    program.parse([verb, ...rest.slice(0, dashes)], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: "text", text };
    // `commerce help` has the exit code of an error.
    if (error instanceof CommanderError && error.code === "commander.help") return { kind: "text", text };
    throw error;
  }
  if (result.options !== undefined) return { kind: "run", options: result.options };
  program.commands.find((command) => command.name() === verb)?.outputHelp();
  return { kind: "text", text };
}

function unknownCommand(word: string): UsageError {
  const isKnown = Object.hasOwn(otherTools, word);
  return new UsageError(
    `unknown command ${word}${isKnown ? `; ${otherTools[word]}` : suggest(word, verbs, "commerce ")}`,
  );
}

/** Flags may come before the command; commander expects a command's own after it. */
function verbFirst(args: readonly string[]): readonly string[] {
  let at = 0;
  for (let arg = args[at]; arg?.startsWith("-"); arg = args[at]) at += takesNextWord(arg) ? 2 : 1;
  const verb = args[at];
  if (verb === undefined) return args.filter((arg) => programFlags.includes(arg)).slice(0, 1);
  return [verb, ...args.slice(0, at), ...args.slice(at + 1)];
}

function takesNextWord(arg: string): boolean {
  return Object.values(flags).some(({ syntax }) => {
    const [names = "", value] = syntax.split(" <");
    return value !== undefined && names.split(", ").includes(arg);
  });
}

/** Commander's message in this command's form: no prefix, the suggestion on the same line. */
function problem(message: string, env: Env, verb: string | undefined): string {
  const line = message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\)$/s, "; did you mean $1");
  // npm keeps a flag without `--` in front for itself and passes on only its value.
  if (!line.startsWith("too many arguments") || verb === undefined || !isVerb(verb)) return line;
  return `${line} Flags such as the stack: ${calledThroughScript(env, verb)} --stack demo`;
}
