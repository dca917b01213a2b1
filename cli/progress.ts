import { stripVTControlCharacters } from "node:util";
import { duration, truncate } from "./format.ts";
import { NO_TIMES, type StepTimes } from "./step-times.ts";
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
  /**
   * Begins a phase that another program shows.
   *
   * @returns to be called once it has succeeded
   */
  phase(title: string): () => void;
}

/** How often a log mentions a step that is still running. */
const logEveryMs = 5_000;
const frameMs = 100;

interface Running {
  readonly title: string;
  readonly since: number;
  /** How long it took the last time, in milliseconds. */
  readonly expected: number | undefined;
  detail: string;
}

/** Live lines with a spinner on a terminal, plain lines in a log. */
export function createConsole(out: Output, times: StepTimes = NO_TIMES): Console {
  return out.isTTY === true && process.env.TERM !== "dumb" ? liveConsole(out, times) : logConsole(out, times);
}

function begin(title: string, times: StepTimes): Running {
  return { title, since: Date.now(), expected: times.expected(title), detail: "" };
}

/** `12 s so far`, or `12 s of about 40 s`. */
function elapsed({ since, expected }: Running): string {
  const passed = duration(Date.now() - since);
  return expected === undefined ? `${passed} so far` : `${passed} of about ${duration(expected)}`;
}

/** `Building (about 40 s)`, or just `Building`. */
function announced({ title, expected }: Running): string {
  return expected === undefined ? title : `${title} (about ${duration(expected)})`;
}

function phaseOf(mark: string, times: StepTimes, line: (text: string) => void) {
  return (title: string) => {
    const running = begin(title, times);
    line(`${mark} ${announced(running)} ...`);
    return () => times.record(title, Date.now() - running.since);
  };
}

type OnEnd = (step: Running, ok: boolean, note: string | undefined) => void;

function stepHandle(running: Running, changed: () => void, onEnd: OnEnd): Step {
  let ended = false;
  const end = (ok: boolean, note?: string) => {
    if (ended) return;
    ended = true;
    onEnd(running, ok, note);
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

/** What a step leaves on the console; one that succeeded is remembered. */
function finish(out: Output, times: StepTimes, step: Running, ok: boolean, note: string | undefined): string {
  if (ok) times.record(step.title, Date.now() - step.since);
  const style = styleFor(out);
  const mark = ok ? style.green(style.marks.ok) : style.red(style.marks.fail);
  const took = style.dim(duration(Date.now() - step.since));
  return `${mark} ${step.title}${note ? `: ${note}` : ""} ${took}\n`;
}

function logConsole(out: Output, times: StepTimes): Console {
  const { marks } = styleFor(out);
  const line = (text = "") => out.write(`${text}\n`);
  return {
    line,
    phase: phaseOf(marks.run, times, line),
    step(title) {
      const running = begin(title, times);
      out.write(`${marks.run} ${announced(running)} ...\n`);
      const repeat = setInterval(() => {
        const detail = running.detail ? `: ${running.detail}` : "";
        out.write(`${marks.run} ${title}${detail} (${elapsed(running)})\n`);
      }, logEveryMs);
      return stepHandle(
        running,
        () => {},
        (step, ok, note) => {
          clearInterval(repeat);
          out.write(finish(out, times, step, ok, note));
        },
      );
    },
  };
}

function liveConsole(out: Output, times: StepTimes): Console {
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
      const time = style.dim(` ${elapsed(step)}`);
      return `${truncate(`${spinner} ${step.title}${time}${detail}`, width - 1)}\n`;
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

  const line = (text = "") => draw(`${text}\n`);
  return {
    line,
    phase: phaseOf(style.marks.run, times, line),
    step(title) {
      const step = begin(title, times);
      running.add(step);
      start();
      draw();
      return stepHandle(
        step,
        () => draw(),
        (ended, ok, note) => {
          running.delete(ended);
          draw(finish(out, times, ended, ok, note));
          if (running.size === 0) stop();
        },
      );
    },
  };
}
