import { join } from "node:path";
import type { Options } from "./command-line/options.ts";
import { type Hint, hintsFor } from "./hints.ts";
import { type Console, createConsole } from "./progress.ts";
import { openProject, type Project } from "./project.ts";
import { stepTimesIn } from "./step-times.ts";
import { type Style, styleFor } from "./style.ts";

/** What every command is given. */
export interface Context {
  readonly options: Options;
  /** The project's folder. */
  readonly dir: string;
  /** Opened when it is first asked for: not every command is about one stack. @throws UserError, NoSuchStack */
  readonly project: Project;
  /** For people: standard output, or standard error where standard output carries JSON. */
  readonly console: Console;
  readonly style: Style;
  /** Columns that a line may take. */
  readonly width: number;
  /** Commands to type next, for this stack. */
  readonly hint: Hint;
  /** Aborted by Ctrl-C and other signals. */
  readonly signal: AbortSignal;
  /** For programs: JSON on standard output. */
  print(value: unknown): void;
}

/** @returns the exit code, one of exit-codes.ts */
export type Command = (context: Context) => Promise<number>;

/** A log has no width; long lines are wrapped for those who read it. */
const logWidth = 100;

export function createContext(options: Options, ownDir: string, signal: AbortSignal): Context {
  const out = options.json ? process.stderr : process.stdout;
  const dir = options.cwd ?? ownDir;
  const hint = hintsFor(options, process.env);
  let project: Project | undefined;
  return {
    options,
    dir,
    get project() {
      project ??= openProject(dir, options.stack);
      return project;
    },
    console: createConsole(out, stepTimesIn(join(dir, ".cache", "step-times.json"))),
    style: styleFor(out),
    width: (out.isTTY && out.columns) || logWidth,
    hint,
    signal,
    print: (value) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
  };
}
