import { parseArgs } from "node:util";
import { keptByNpm, npmCommand } from "./npm.ts";
import { suggest } from "./suggest.ts";
import { argumentOf, commonFlags, flags, type ImageChoice, type Verb, verbs, wordsOf } from "./verbs.ts";

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
  /** The command in Pulumi's own words, for those that are handed on: `config set --secret KEY VALUE`. */
  readonly words: readonly string[];
}

export type Parsed =
  | { kind: "run"; options: Options }
  | { kind: "help"; verb: Verb | undefined }
  | { kind: "error"; message: string };

type Env = Readonly<Record<string, string | undefined>>;
/** By flag, in the order in which they were given; "" for one that takes no value. */
type Given = ReadonlyMap<string, readonly string[]>;

const error = (message: string): Parsed => ({ kind: "error", message });
const isVerb = (word: string): word is Verb => Object.hasOwn(verbs, word);

/** Reads a command line. `env` gives the stack's default (PULUMI_STACK) and tells a run through npm. */
export function parseCommandLine(args: readonly string[], env: Env): Parsed {
  const kept = keptByNpm(env);
  if (kept !== undefined) return error(kept);
  // Not strict: its errors know neither this command's verbs nor what was meant.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const positionals = tokens.filter((token) => token.kind === "positional");
  const [first] = positionals;
  const verb = first !== undefined && isVerb(first.value) ? first.value : undefined;
  const handsOn = verb !== undefined && wordsOf(verb) !== undefined;
  const own = new Set([first?.index]);
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    // `commerce pulumi up --help` asks the CLI, `commerce pulumi --help` this command.
    const isCliHelp = token.name === "help" && positionals.length > 1;
    if (handsOn && (!takes(verb, token.name) || isCliHelp)) continue;
    const { name } = token;
    const flag = flags[name];
    if (flag === undefined)
      return error(`unknown flag ${token.rawName}${suggest(name, Object.keys(flags), "--")}`);
    if (flag.type === "boolean" && token.value !== undefined) {
      return error(`--${name} takes no value (found ${token.value})`);
    }
    // A flag in the place of a value means that the value was forgotten.
    const swallowed = token.inlineValue === false && token.value?.startsWith("-");
    if (flag.type === "string" && (!token.value || swallowed)) {
      return error(`--${name} needs a value: --${name} ${flag.value}`);
    }
    if (flag.oneOf !== undefined && !flag.oneOf.includes(token.value ?? "")) {
      return error(`--${name} ${token.value}: must be one of ${flag.oneOf.join(", ")}`);
    }
    given.set(name, [...(given.get(name) ?? []), token.value ?? ""]);
    own.add(token.index);
    if (token.inlineValue === false) own.add(token.index + 1);
  }
  const words = positionals.map(({ value }) => value);
  if (verb === undefined) return withoutVerb(words, given);
  if (given.has("help")) return { kind: "help", verb };
  if (handsOn) {
    return toOptions(verb, given, env, [verb, ...args.filter((_, index) => !own.has(index))]);
  }
  const argument = argumentOf(verb);
  if (argument !== undefined && words.length < 2)
    return error(`commerce ${verb} needs ${argument}: commerce ${verb} ${argument}`);
  const most = argument === undefined ? 1 : 2;
  if (words.length > most) {
    // npm keeps a flag without `--` in front for itself and passes on only its value.
    const npm = env.npm_lifecycle_event
      ? ` (flags go behind two dashes: ${npmCommand(env)} --stack demo)`
      : "";
    return error(`unexpected argument ${words[most]}${npm}`);
  }
  const stray = [...given.keys()].find((name) => !takes(verb, name));
  if (stray !== undefined) return error(`commerce ${verb} has no flag --${stray}`);
  return toOptions(verb, given, env, [], words[1]);
}

const takes = (verb: Verb, flag: string) =>
  [...verbs[verb].flags, ...commonFlags].some((name) => name === flag);

function withoutVerb([verb, about]: readonly string[], given: Given): Parsed {
  if (verb !== undefined && verb !== "help") {
    return error(`unknown command ${verb}${suggest(verb, Object.keys(verbs), "commerce ")}`);
  }
  if (verb === undefined && !given.has("help")) return error("say what to do: commerce up, for one");
  return { kind: "help", verb: about !== undefined && isVerb(about) ? about : undefined };
}

function toOptions(verb: Verb, given: Given, env: Env, words: readonly string[], argument?: string): Parsed {
  const last = (name: string) => given.get(name)?.at(-1);
  const stack = last("stack") ?? env.PULUMI_STACK ?? "dev";
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(stack)) {
    return error(
      `stack name ${JSON.stringify(stack)}: letters, digits, - _ . only, beginning with a letter or digit`,
    );
  }
  return {
    kind: "run",
    options: {
      verb,
      stack,
      backend: last("backend"),
      // The value was held against `oneOf` above.
      images: (last("images") ?? "auto") as ImageChoice,
      json: given.has("json"),
      showSecrets: given.has("show-secrets"),
      yes: given.has("yes"),
      proof: !given.has("no-proof"),
      diff: given.has("diff"),
      purge: given.has("purge"),
      from: last("from"),
      argument,
      target: given.get("target") ?? [],
      targetDependents: given.has("target-dependents"),
      replace: given.get("replace") ?? [],
      cwd: last("cwd"),
      words,
    },
  };
}
