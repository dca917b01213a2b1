import { stackNameProblem } from "../../facts/pipeline.ts";
import { suggest } from "../../facts/suggest.ts";
import type { Env } from "../env.ts";
import { UsageError } from "../errors.ts";
import { commands, type Verb } from "./commands.ts";
import { flagDefaults, type ImageChoice } from "./flags.ts";

export interface Options {
  readonly verb: Verb;
  readonly stack: string;
  /** Where state is kept: a URL, or `current` for where the Pulumi CLI is logged in. */
  readonly backend: string | undefined;
  readonly images: ImageChoice;
  readonly json: boolean;
  readonly csv: boolean;
  readonly showSecrets: boolean;
  /** Report again and again. */
  readonly watch: boolean;
  readonly exitWhenHealthy: boolean;
  readonly yes: boolean;
  readonly proof: boolean;
  readonly diff: boolean;
  readonly purge: boolean;
  /** Act on a stack of another checkout on this Docker engine. */
  readonly takeOver: boolean;
  /** Where in the topic to start; undefined: the command's default. */
  readonly from: string | undefined;
  /** The words after the command: `scale N`. */
  readonly arguments: readonly string[];
  /** Follow what is new until the command is interrupted. */
  readonly follow: boolean;
  readonly since: string | undefined;
  /** How many of the last lines; undefined: the command's default. */
  readonly tail: string | undefined;
  /** URNs of the only resources to look at; none means all. */
  readonly target: readonly string[];
  readonly targetDependents: boolean;
  /** URNs of resources to recreate. */
  readonly replace: readonly string[];
  readonly cwd: string | undefined;
  /** The command in Pulumi's own words, for commands that pass them on: `config set KEY VALUE`. */
  readonly words: readonly string[];
}

/**
 * @param given the flags, by commander's names
 * @param words after the command
 * @throws UsageError
 */
export function optionsOf(
  verb: Verb,
  given: Readonly<Record<string, unknown>>,
  words: readonly string[],
  env: Env,
): Options {
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : undefined);
  const list = (name: string) => (Array.isArray(given[name]) ? given[name].map(String) : []);
  const isPulumi = commands[verb].pulumi !== undefined;
  if (isPulumi) checkPulumiWords(verb, words);
  return {
    verb,
    stack: checkedStack(text("stack") ?? env.PULUMI_STACK ?? flagDefaults.stack, verb),
    backend: text("backend"),
    // Commander accepts nothing but the flag's choices.
    images: (text("images") ?? flagDefaults.images) as ImageChoice,
    json: given.json === true,
    csv: given.csv === true,
    showSecrets: given.showSecrets === true,
    watch: given.watch === true,
    exitWhenHealthy: given.exitWhenHealthy === true,
    yes: given.yes === true,
    proof: given.proof !== false,
    diff: given.diff === true,
    purge: given.purge === true,
    takeOver: given.takeOver === true,
    from: text("from"),
    arguments: isPulumi ? [] : words,
    follow: given.follow === true,
    since: text("since"),
    tail: text("tail"),
    target: list("target"),
    targetDependents: given.targetDependents === true,
    replace: list("replace"),
    cwd: text("cwd"),
    words: isPulumi ? pulumiWords(verb, words) : [],
  };
}

const pulumiWords = (verb: Verb, words: readonly string[]) => (verb === "pulumi" ? words : [verb, ...words]);

function checkPulumiWords(verb: Verb, [first]: readonly string[]): void {
  const { subcommands, needsWords } = commands[verb].pulumi ?? {};
  if (first === undefined && needsWords) {
    throw new UsageError(
      `commerce ${verb} needs arguments, for example: commerce ${commands[verb].examples[0]}`,
    );
  }
  if (first === undefined || first.startsWith("-")) return;
  if (subcommands !== undefined && !subcommands.includes(first)) {
    const meant = suggest(first, subcommands, `commerce ${verb} `);
    throw new UsageError(`unknown command ${verb} ${first}${meant}`);
  }
}

/** What an `up` would create must have a name that Docker takes; a stack that was named before can still be destroyed. */
function checkedStack(stack: string, verb: Verb): string {
  const problem = stackNameProblem(stack);
  const isAllowed = verb !== "up" && verb !== "preview" && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(stack);
  if (problem !== undefined && !isAllowed) throw new UsageError(problem);
  return stack;
}
