import { parseArgs } from "node:util";
import { suggest } from "../engine/commands/suggest.ts";
import { commonFlags, type EngineChoice, flags, type ImageChoice, type Verb, verbs } from "./verbs.ts";

export interface Options {
  readonly verb: Verb;
  readonly stack: string;
  readonly engine: EngineChoice;
  readonly images: ImageChoice;
  readonly json: boolean;
  readonly showSecrets: boolean;
  readonly yes: boolean;
  readonly proof: boolean;
  readonly cwd: string | undefined;
}

export type Parsed =
  | { kind: "run"; options: Options }
  | { kind: "help"; verb: Verb | undefined }
  | { kind: "error"; message: string };

type Env = Readonly<Record<string, string | undefined>>;

const error = (message: string): Parsed => ({ kind: "error", message });

/** Reads a command line. `env` gives the stack's default (PULUMI_STACK) and tells a run through npm. */
export function parseCommandLine(args: readonly string[], env: Env): Parsed {
  // Not strict: its errors know neither this command's verbs nor what was meant.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const given = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const name = token.rawName === "-y" ? "yes" : token.rawName === "-h" ? "help" : token.name;
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
    given.set(name, token.value ?? true);
  }
  return checkVerb(words, given, env);
}

function checkVerb(words: readonly string[], given: ReadonlyMap<string, string | true>, env: Env): Parsed {
  const [verb, ...extra] = words;
  if (verb === undefined || verb === "help") {
    const about = extra[0];
    if (verb === undefined && !given.has("help")) return error("say what to do: commerce up, for one");
    return { kind: "help", verb: about !== undefined && isVerb(about) ? about : undefined };
  }
  if (!isVerb(verb)) return error(`unknown command ${verb}${suggest(verb, Object.keys(verbs), "commerce ")}`);
  if (given.has("help")) return { kind: "help", verb };
  if (extra.length > 0) {
    // npm keeps a flag without `--` in front for itself and passes on only its value.
    const npm = env.npm_lifecycle_event
      ? ` (flags go behind two dashes: npm ${npmScript(env)} -- --stack demo)`
      : "";
    return error(`unexpected argument ${extra[0]}${npm}`);
  }
  const allowed: readonly string[] = [...verbs[verb].flags, ...commonFlags];
  const stray = [...given.keys()].find((name) => !allowed.includes(name));
  if (stray !== undefined) return error(`commerce ${verb} has no flag --${stray}`);
  const stack = text(given, "stack") ?? env.PULUMI_STACK ?? "dev";
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
      // The values were held against `oneOf` above.
      engine: (text(given, "engine") ?? "auto") as EngineChoice,
      images: (text(given, "images") ?? "auto") as ImageChoice,
      json: given.has("json"),
      showSecrets: given.has("show-secrets"),
      yes: given.has("yes"),
      proof: !given.has("no-proof"),
      cwd: text(given, "cwd"),
    },
  };
}

const isVerb = (word: string): word is Verb => Object.hasOwn(verbs, word);

const npmScript = (env: Env) => {
  const script = env.npm_lifecycle_event ?? "start";
  return script === "start" ? script : `run ${script}`;
};

function text(given: ReadonlyMap<string, string | true>, name: string): string | undefined {
  const value = given.get(name);
  return typeof value === "string" ? value : undefined;
}
