/** Checks of the configuration before the Pulumi CLI reads or writes it. Pure. */
import { invalidConfig, parseConfig } from "../facts/config/parse.ts";
import { PROJECT } from "../facts/pipeline.ts";
import { suggest } from "../facts/suggest.ts";
import { UsageError, UserError } from "./errors.ts";
import type { Project } from "./project.ts";
import { optionalKeys, secretKeys } from "./services.ts";

/** The part of a project that the checks need. */
interface Declaring {
  readonly name: string;
  /** Each key with its default, or `{ type, default }`. */
  readonly declared: Readonly<Record<string, unknown>>;
}

interface Setting {
  readonly key: string;
  /** Undefined: to be read from standard input. */
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

/** Pulumi's flags that are followed by a value. */
const withValue = new Set([
  "--type",
  "--config-file",
  "--color",
  "--profiling",
  "--tracing",
  "--verbose",
  "-v",
]);

/** What a `config set` or `config set-all` writes; empty for other commands. */
export function settingsIn([command, action, ...rest]: readonly string[]): Setting[] {
  if (command !== "config") return [];
  if (action === "set") return setting(rest);
  return action === "set-all" ? pairs(rest) : [];
}

function setting(words: readonly string[]): Setting[] {
  const dashes = words.indexOf("--");
  const before = dashes < 0 ? words : words.slice(0, dashes);
  const behind = dashes < 0 ? [] : words.slice(dashes + 1);
  const plain = before.filter((word, at) => !isFlag(word) && !withValue.has(before[at - 1] ?? ""));
  const [key, value] = [...plain, ...behind];
  if (key === undefined) return [];
  return [{ key: keyOf(key, words.includes("--path")), value, isSecret: words.includes("--secret") }];
}

/** `--plaintext KEY=VALUE`, `--secret KEY=VALUE`. */
function pairs(words: readonly string[]): Setting[] {
  const isPath = words.includes("--path");
  return words.flatMap((word, at) => {
    const flag = [word.replace(/=.*/s, ""), words[at - 1]].find(
      (name) => name === "--plaintext" || name === "--secret",
    );
    const pair = word.replace(/^--(?:plaintext|secret)=?/, "");
    const [key = "", ...value] = pair.split("=");
    if (flag === undefined || key === "" || value.length === 0) return [];
    return [{ key: keyOf(key, isPath), value: value.join("="), isSecret: flag === "--secret" }];
  });
}

/** A negative number is a value. */
const isFlag = (word: string) => word.startsWith("-") && !/^-\d/.test(word);

const keyOf = (key: string, isPath: boolean) => (isPath ? key.replace(/[.[].*$/s, "") : key);

/** @throws UsageError for a key that the program does not know, or a value that it cannot take */
export function checkSetting({ key, value, isSecret }: Setting, project: Declaring): void {
  const known = [...Object.keys(project.declared), ...optionalKeys];
  const [namespace, name = ""] = key.includes(":") ? key.split(":") : [project.name, key];
  // Keys of providers, such as docker:host, and of projects that declare none.
  if (namespace !== project.name || Object.keys(project.declared).length === 0) return;
  if (!known.includes(name)) throw new UsageError(`${name}: unknown key${suggest(name, known)}`);
  if (secretKeys.includes(name) && !isSecret) {
    throw new UsageError(`${name} is a secret: set it with --secret, which encrypts it`);
  }
  const problem = value === undefined ? undefined : problemOf(name, value);
  if (problem !== undefined) throw new UsageError(problem);
}

/**
 * Reports what the program would, before the Pulumi CLI compares each value with the type in Pulumi.yaml and stops at the
 * first one that differs.
 *
 * @throws UserError with every problem
 */
export function checkConfig({ name, stack, config }: Pick<Project, "name" | "stack" | "config">): void {
  if (name !== PROJECT) return;
  // Keys of other namespaces, such as docker:host, are not the program's.
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":")));
  const { problems } = parseConfig(own);
  if (problems.length > 0) throw new UserError(invalidConfig(stack, problems));
}

/** As the program would report it. What depends on other keys, such as a port that is used twice, only `up` can tell. */
function problemOf(name: string, value: string): string | undefined {
  return parseConfig({ [name]: value }).problems.find((problem) => problem.startsWith(`${name}: '`));
}
