/** Colours and marks; colours only on a terminal, and never with NO_COLOR. */
import type { Env } from "./env.ts";

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  /** Old Windows consoles cannot show a check mark. */
  readonly marks: { ok: string; fail: string; warn: string; run: string; spinner: readonly string[] };
}

const fancyMarks = { ok: "✓", fail: "✗", warn: "!", run: "·", spinner: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"] };
const plainMarks = { ok: "+", fail: "x", warn: "!", run: "-", spinner: ["|", "/", "-", "\\"] };

export function styleFor(out: Output, env: Env = process.env, platform: string = process.platform): Style {
  // https://no-color.org: any non-empty value disables colours.
  const colour = out.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const paint = (open: number, close: number) => (text: string) =>
    colour && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  const unicode = platform !== "win32" || env.WT_SESSION !== undefined || env.TERM_PROGRAM === "vscode";
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    marks: unicode ? fancyMarks : plainMarks,
  };
}
