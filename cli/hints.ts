import type { Verb } from "./command-line/commands.ts";
import { calledThroughScript } from "./command-line/npm.ts";
import type { Env } from "./env.ts";

/** A command to type, for the stack at hand: `npm run resume -- --stack demo`. */
export type Hint = (verb: Verb, ...words: string[]) => string;

interface Target {
  readonly stack: string;
  readonly backend?: string | undefined;
  readonly cwd?: string | undefined;
}

/** Hints name the stack, and where it is, unless that is what a bare command acts on. */
export function hintsFor({ stack, backend, cwd }: Target, env: Env): Hint {
  const isDefault = stack === "dev" && (env.PULUMI_STACK ?? "dev") === "dev";
  const target = [
    ...(isDefault ? [] : ["--stack", stack]),
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(cwd === undefined ? [] : ["--cwd", cwd]),
  ].map(quoted);
  return (verb, ...words) => {
    const typed = [calledThroughScript(env, verb), ...words, ...target].join(" ");
    return typed.replace(/ --$/, "");
  };
}

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
