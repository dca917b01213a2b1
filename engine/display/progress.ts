/** How far a run has come, resource by resource, and what went wrong, as its events tell it. */
import type { EngineEvent, Step } from "../events.ts";
import { isDefaultProvider, makeUrn, parseUrn, STACK_TYPE } from "../urn.ts";
import { type Phase, shortType } from "./texts.ts";
import { clean } from "./width.ts";

export interface Row {
  urn: string;
  parent?: string;
  /** What is done to it, or was done last; absent where nothing is to be, or nothing is known yet. */
  step?: Step;
  phase?: Phase;
  since: number;
  elapsedMs: number;
  /** What its provider said last, or why it failed. */
  status: string;
}

const MAX_NAMED = 3;

export class Progress {
  readonly rows = new Map<string, Row>();
  readonly unchanged = new Set<string>();
  skipped = 0;
  begun = 0;
  /** What the run waits for while nothing is under way. */
  awaited = "";
  /** URNs by cause. */
  readonly #failures = new Map<string, Set<string>>();
  #root = "";

  in(phase: Phase): Row[] {
    return [...this.rows.values()].filter((row) => row.phase === phase);
  }

  take(event: EngineEvent, now: number): void {
    if (event.kind === "begin") {
      for (const known of [this.rows, this.unchanged, this.#failures]) known.clear();
      const { stack, project } = event;
      this.#root = makeUrn(stack, project, undefined, STACK_TYPE, `${project}-${stack}`);
      this.#row(this.#root);
      [this.skipped, this.begun] = [0, now];
      this.awaited = /^(up|preview)$/.test(event.verb) ? "the program" : "plugins";
    } else if (event.kind === "skipped") this.skipped++;
    else if (event.kind === "log" && event.severity === "error") this.#fail(event.message, event.urn);
    else if (event.kind === "log" && event.urn && event.severity !== "debug") {
      const row = this.rows.get(event.urn);
      if (row?.phase === "doing") row.status = event.message;
    } else if ("step" in event) {
      if (event.kind === "step-failed") this.#fail(event.message, event.step.urn);
      if (!isDefaultProvider(event.step.urn)) this.#takeStep(event, now);
    }
  }

  /** The same cause once, for all that it hit. */
  diagnostics(): string[] {
    const blocks = [...this.#failures].flatMap(([message, urns]) => {
      const more = urns.size > MAX_NAMED ? ` and ${urns.size - MAX_NAMED} more` : "";
      const named = [...urns].slice(0, MAX_NAMED).map(describeUrn).join(", ");
      return [`  ${named}${more}:`, ...indented(`error: ${message}`)];
    });
    return blocks.length > 0 ? ["Diagnostics:", ...blocks, ""] : [];
  }

  #fail(message: string, urn = this.#root): void {
    const cause = message.trim();
    this.#failures.set(cause, (this.#failures.get(cause) ?? new Set()).add(urn));
  }

  #takeStep(event: EngineEvent & { step: Step }, now: number): void {
    const { step } = event;
    const row = this.#row(step.urn);
    row.parent = (step.new ?? step.old)?.parent || undefined;
    if (row.parent) this.#row(row.parent);
    if (event.kind === "step-started") {
      // The steps of a replacement are one to whoever looks at the resource.
      if (row.step?.op !== "replace") row.step = step;
      Object.assign(row, { phase: "doing", since: now, status: "" });
    } else if (event.kind === "step-done" && isUnchanged(step)) {
      this.unchanged.add(step.urn);
      // What a refresh found stays to be seen.
      if (row.phase === "doing") Object.assign(row, { step: undefined, phase: undefined });
    } else {
      this.unchanged.delete(step.urn);
      const isFailed = event.kind === "step-failed";
      const before = step.op.includes("replace") ? row.elapsedMs : 0;
      if (row.step?.op !== "replace") row.step = step;
      row.elapsedMs = before + ("elapsedMs" in event ? event.elapsedMs : 0);
      Object.assign(row, { phase: isFailed ? "failed" : "done", status: isFailed ? event.message : "" });
    }
  }

  /** A parent may be known before it has had its turn. */
  #row(urn: string): Row {
    const parent = urn === this.#root ? undefined : this.#root;
    const row = this.rows.get(urn) ?? { urn, parent, since: 0, elapsedMs: 0, status: "" };
    this.rows.set(urn, row);
    return row;
  }
}

/** Looking at a resource is only worth a line if it is not as it was. */
export function isUnchanged(step: Step): boolean {
  return step.op === "same" || (step.op === "refresh" && !step.diff?.size);
}

export function describeUrn(urn: string): string {
  if (!urn) return "engine";
  const { type, name } = parseUrn(urn);
  return `${shortType(type)} (${name})`;
}

/** What follows the first line stands below its text. */
export function indented(text: string): string[] {
  return text.split("\n").map((line, index) => `    ${index > 0 ? "  " : ""}${clean(line)}`.trimEnd());
}
