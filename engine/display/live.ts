/** A run in a terminal: its tree, drawn anew in place as it changes; in the end, what has changed stays. */
import type { EngineEvent } from "../events.ts";
import type { Display } from "./index.ts";
import type { Lines } from "./lines.ts";
import { type Paint, title } from "./texts.ts";
import { drawTree, tally } from "./tree.ts";
import { clean, columns, cut } from "./width.ts";

type Write = typeof process.stderr.write;

const FRAME_MS = 100;
/** A frame's lines are cut, not wrapped, whatever width the terminal gives a character. */
const [WRAP_OFF, WRAP_ON] = ["\x1b[?7l", "\x1b[?7h"];
const [HIDE_CURSOR, SHOW_CURSOR] = ["\x1b[?25l", "\x1b[?25h"];

export class Live implements Display {
  readonly #stream: NodeJS.WriteStream;
  readonly #lines: Lines;
  readonly #paint: Paint;
  readonly #restore = () => this.#stream.write(SHOW_CURSOR);
  readonly #writeError = process.stderr.write;
  #timer: NodeJS.Timeout | undefined;
  #title = "";
  #frame: string[] = [];

  constructor(stream: NodeJS.WriteStream, lines: Lines, paint: Paint) {
    this.#stream = stream;
    this.#lines = lines;
    this.#paint = paint;
  }

  emit(event: EngineEvent): void {
    const lines = this.#lines.render(event);
    if (event.kind === "begin") {
      this.#title = title(event);
      this.#stream.write(HIDE_CURSOR);
      process.on("exit", this.#restore);
      if (this.#stream !== process.stderr) process.stderr.write = this.#aside;
      this.#timer = setInterval(() => this.#draw(this.#current()), FRAME_MS).unref();
    } else if (event.kind === "log" || event.kind === "program-output") {
      if (lines.length > 0) this.#draw(this.#timer ? this.#current() : [], lines);
    } else if (event.kind === "end") {
      this.#draw([], [this.#title, "", ...this.#tree(Number.POSITIVE_INFINITY), ...lines]);
      this.close();
    }
  }

  close(): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    process.off("exit", this.#restore);
    if (this.#stream !== process.stderr) process.stderr.write = this.#writeError;
    this.#draw([]);
    this.#restore();
  }

  /** What others say must not land in the frame, which is drawn again below it. */
  readonly #aside = ((...args: Parameters<Write>) => {
    this.#draw([]);
    return this.#writeError.apply(process.stderr, args);
  }) as Write;

  /** One column is left free: some terminals wrap when the last one is filled. */
  get #width(): number {
    return (this.#stream.columns || 80) - 1;
  }

  #tree(height: number): string[] {
    const view = { width: this.#width, height, now: Date.now(), paint: this.#paint };
    return drawTree(this.#lines.progress, view);
  }

  #current(): string[] {
    // Beside the tree: the title, the tally, and the line that the cursor is on.
    const tree = this.#tree((this.#stream.rows || 24) - 3);
    const footer = cut(tally(this.#lines.progress, Date.now()), this.#width);
    return [this.#paint("bold", cut(this.#title, this.#width)), ...tree, this.#paint("dim", footer)];
  }

  /** Writes lines that stay, and below them the frame in the place of the one before: all in one go. */
  #draw(frame: string[], lasting: string[] = []): void {
    if (lasting.length === 0 && frame.join("\n") === this.#frame.join("\n")) return;
    // A window that has become narrower has wrapped what stood there.
    const rows = (line: string) => Math.max(1, Math.ceil(columns(clean(line)) / (this.#width + 1)));
    const height = this.#frame.reduce((sum, line) => sum + rows(line), 0);
    const up = height > 0 ? `\x1b[${height}A` : "";
    const text = (lines: string[]) => lines.map((line) => `${line}\x1b[K\n`).join("");
    this.#stream.write(`${up}\r${text(lasting)}${WRAP_OFF}${text(frame)}${WRAP_ON}\x1b[J`);
    this.#frame = frame;
  }
}
