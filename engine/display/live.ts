/** A run in a terminal: what is done scrolls by, what is under way stays below it with its time. */
import type { EngineEvent, EventSink, Step } from "../events.ts";
import { parseUrn, STACK_TYPE } from "../urn.ts";
import { isHidden, type Lines } from "./lines.ts";
import { seconds, stepLine } from "./texts.ts";

const REDRAW_MS = 200;

interface Current {
  step: Step;
  since: number;
  /** What its provider said last. */
  status: string;
}

export class Live implements EventSink {
  readonly #stream: NodeJS.WriteStream;
  readonly #lines: Lines;
  readonly #current = new Map<string, Current>();
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;

  constructor(stream: NodeJS.WriteStream, lines: Lines) {
    this.#stream = stream;
    this.#lines = lines;
  }

  emit(event: EngineEvent): void {
    if (event.kind === "begin") this.#timer = setInterval(() => this.#redraw(), REDRAW_MS).unref();
    if (event.kind === "step-started" && !isHidden(event.step)) {
      this.#current.set(event.step.urn, { step: event.step, since: Date.now(), status: "" });
    } else if (event.kind === "step-done" || event.kind === "step-failed") {
      this.#current.delete(event.step.urn);
    } else if (event.kind === "log" && event.urn && event.ephemeral) {
      const current = this.#current.get(event.urn);
      if (current) current.status = event.message;
    }
    // A step that has begun is below already; most logs are not shown.
    const finished = event.kind === "step-started" ? [] : this.#lines.render(event);
    if (event.kind !== "log" || finished.length > 0) this.#redraw(finished);
    if (event.kind === "end") this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#current.clear();
    this.#redraw();
  }

  #redraw(finished: string[] = []): void {
    const width = (this.#stream.columns || 80) - 1;
    const running = [...this.#current.values()]
      .slice(0, Math.max(1, (this.#stream.rows || 24) - 2))
      .map((current) => this.#line(current).slice(0, width));
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[J` : "";
    if (up || finished.length > 0 || running.length > 0) {
      this.#stream.write(`${up}${[...finished, ...running].map((line) => `${line}\n`).join("")}`);
    }
    this.#drawn = running.length;
  }

  /** Indented by its depth below the stack. */
  #line({ step, since, status }: Current): string {
    const { qualifiedType } = parseUrn(step.urn);
    const depth = step.type === STACK_TYPE ? 0 : qualifiedType.split("$").length;
    const line = stepLine({ ...step, diff: undefined }, "doing").trimEnd();
    const whole = Math.floor((Date.now() - since) / 1000) * 1000;
    return `${"  ".repeat(depth)}${line} (${seconds(whole)})${status ? ` ${status}` : ""}`;
  }
}
