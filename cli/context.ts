import type { Options } from "./args.ts";
import { type Console, createConsole } from "./progress.ts";
import { openProject, type Project } from "./project.ts";
import { type Style, styleFor } from "./style.ts";

/** What every command is given. */
export interface Context {
  readonly options: Options;
  readonly project: Project;
  /** For people: standard output, or standard error where standard output carries JSON. */
  readonly console: Console;
  readonly style: Style;
  /** Aborted by Ctrl-C and its like. */
  readonly signal: AbortSignal;
  /** For machines: JSON on standard output. */
  print(value: unknown): void;
}

/** The command's exit code. */
export type Command = (context: Context) => Promise<number>;

export function createContext(options: Options, ownDir: string, signal: AbortSignal): Context {
  const out = options.json ? process.stderr : process.stdout;
  return {
    options,
    project: openProject(options.cwd ?? ownDir, options.stack),
    console: createConsole(out),
    style: styleFor(out),
    signal,
    print: (value) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
  };
}
