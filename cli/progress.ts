import { stripVTControlCharacters } from "node:util";
import { duration, truncate } from "./format.ts";
import { type Output, styleFor } from "./style.ts";

/** A task that takes a while. `done` or `fail` ends it; later calls do nothing. */
export interface Step {
  /** The current activity, in a few words. */
  update(detail: string): void;
  done(note?: string): void;
  fail(note?: string): void;
}

/** Steps may run in parallel. */
export interface Progress {
  step(title: string): Step;
}

/** The console of a run: steps, and lines that are printed above them. */
export interface Console extends Progress {
  line(text?: string): void;
}

/** How often a log mentions a step that is still running. */
const logEveryMs = 5_000;
const frameMs = 100;

interface Running {
  readonly title: string;
  readonly since: number;
  detail: string;
}

/** Live lines with a spinner on a terminal, plain lines in a log. */
export function createConsole(out: Output): Console {
  return out.isTTY === true && process.env.TERM !== "dumb" ? liveConsole(out) : logConsole(out);
}

type Finish = (step: Running, ok: boolean, note: string | undefined) => void;

function stepHandle(running: Running, changed: () => void, finish: Finish): Step {
  let ended = false;
  const end = (ok: boolean, note?: string) => {
    if (ended) return;
    ended = true;
    finish(running, ok, note);
  };
  return {
    update: (detail) => {
      if (ended) return;
      running.detail = cleanDetail(detail);
      changed();
    },
    done: (note) => end(true, note),
    fail: (note) => end(false, note),
  };
}

/** Details are often another program's output: reduced to one short line without colours. */
function cleanDetail(detail: string): string {
  const line =
    stripVTControlCharacters(detail)
      .trim()
      .split(/[\r\n]/)[0] ?? "";
  return truncate(line, 70);
}

function finishedLine(out: Output, step: Running, ok: boolean, note: string | undefined): string {
  const style = styleFor(out);
  const mark = ok ? style.green(style.marks.ok) : style.red(style.marks.fail);
  const took = style.dim(duration(Date.now() - step.since));
  return `${mark} ${step.title}${note ? `: ${note}` : ""} ${took}\n`;
}

function logConsole(out: Output): Console {
  const { marks } = styleFor(out);
  return {
    line: (text = "") => out.write(`${text}\n`),
    step(title) {
      const running: Running = { title, since: Date.now(), detail: "" };
      out.write(`${marks.run} ${title} ...\n`);
      const repeat = setInterval(() => {
        const detail = running.detail ? `: ${running.detail}` : "";
        out.write(`${marks.run} ${title}${detail} (${duration(Date.now() - running.since)} so far)\n`);
      }, logEveryMs);
      return stepHandle(
        running,
        () => {},
        (step, ok, note) => {
          clearInterval(repeat);
          out.write(finishedLine(out, step, ok, note));
        },
      );
    },
  };
}

function liveConsole(out: Output): Console {
  const style = styleFor(out);
  const running = new Set<Running>();
  let drawn = 0;
  let frame = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const erase = () => (drawn > 0 ? `\x1b[${drawn}F\x1b[0J` : "");
  const draw = (above = "") => {
    const width = Math.max(20, out.columns ?? 80);
    const spinner = style.cyan(style.marks.spinner[frame % style.marks.spinner.length] ?? "");
    const lines = [...running].map((step) => {
      const detail = step.detail ? style.dim(` ${step.detail}`) : "";
      const elapsed = style.dim(` ${duration(Date.now() - step.since)}`);
      return `${truncate(`${spinner} ${step.title}${elapsed}${detail}`, width - 1)}\n`;
    });
    out.write(erase() + above + lines.join(""));
    drawn = lines.length;
  };
  const restoreCursor = () => out.write("\x1b[?25h");

  const start = () => {
    if (timer !== undefined) return;
    out.write("\x1b[?25l");
    // An exit during a step must not leave the shell without a cursor.
    process.once("exit", restoreCursor);
    timer = setInterval(() => {
      frame += 1;
      draw();
    }, frameMs);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    process.removeListener("exit", restoreCursor);
    restoreCursor();
  };

  return {
    line: (text = "") => draw(`${text}\n`),
    step(title) {
      const step: Running = { title, since: Date.now(), detail: "" };
      running.add(step);
      start();
      draw();
      return stepHandle(
        step,
        () => draw(),
        (ended, ok, note) => {
          running.delete(ended);
          draw(finishedLine(out, ended, ok, note));
          if (running.size === 0) stop();
        },
      );
    },
  };
}
