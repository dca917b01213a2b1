/** A run as lines of text, for logs and pipes. */
import { stripVTControlCharacters } from "node:util";
import { containsUnknown } from "../../plugin/values.ts";
import type { EngineEvent, EventSink, Step, Verb } from "../events.ts";
import { isDefaultProvider, parseUrn } from "../urn.ts";
import { closing, resourceCounts, stepLine, titles } from "./texts.ts";
import { renderProperties } from "./values.ts";

export interface LinesOptions {
  /** Show the properties of each changed resource. */
  diff?: boolean;
}

export class Lines implements EventSink {
  readonly #write: (line: string) => void;
  readonly #options: LinesOptions;
  #verb: Verb = "up";

  constructor(write: (line: string) => void, options: LinesOptions = {}) {
    this.#write = write;
    this.#options = options;
  }

  emit(event: EngineEvent): void {
    for (const line of this.render(event)) this.#write(line);
  }

  /** @returns the lines that tell of an event; none for what only matters while it lasts. */
  render(event: EngineEvent): string[] {
    switch (event.kind) {
      case "begin":
        this.#verb = event.verb;
        return [`${titles[event.verb]} (${event.stack}):`, ""];
      case "step-started":
        if (event.step.preview || this.#isHidden(event.step)) return [];
        return [stepLine(event.step, "doing", 0)];
      case "step-done":
        if (this.#isHidden(event.step)) return [];
        return [stepLine(event.step, "done", event.elapsedMs), ...this.#details(event.step)];
      case "step-failed":
        return [stepLine(event.step, "failed", event.elapsedMs), ...quote("error", event.message)];
      case "log":
        if (event.severity === "debug" || event.ephemeral) return [];
        return quote(event.severity, event.message, event.urn);
      case "program-output":
        return [`    ${event.text}`];
      case "outputs":
        return this.#outputs(event);
      case "end":
        return [
          ...resourceCounts(event.summary.changes, event.preview),
          ...closing(event.verb, event.stack, event.summary),
        ];
    }
  }

  #outputs({ old, new: news, preview }: EngineEvent & { kind: "outputs" }): string[] {
    // Marks only say something where there was something before; what a preview cannot know is no change.
    if (Object.keys(old).length === 0) return outputLines(renderProperties(news, news, { indent: 4 }));
    if (!preview) return outputLines(renderProperties(old, news, { indent: 4 }));
    const known = Object.fromEntries(
      Object.entries(news).map(([key, value]) => [key, containsUnknown(value) ? old[key] : value]),
    );
    return outputLines(renderProperties(old, known, { indent: 4, onlyChanged: true }));
  }

  /** Looking at a resource before an update is only worth a line if it is not as it was. */
  #isHidden(step: Step): boolean {
    const isLook = step.op === "refresh" && this.#verb !== "refresh";
    return isHidden(step) || (isLook && !step.diff?.size);
  }

  #details({ old, new: next, op, urn, diff }: Step): string[] {
    if (!this.#options.diff || op === "same" || op === "replace") return [];
    // What is created, or deleted, is shown as it is.
    const inputs = next?.inputs ?? old?.inputs ?? {};
    const before = diff && old?.inputs ? old.inputs : inputs;
    return [`        [urn=${urn}]`, ...renderProperties(before, inputs, { indent: 8 })];
  }
}

function outputLines(lines: string[]): string[] {
  return lines.length > 0 ? ["Outputs:", ...lines, ""] : [];
}

/** Steps that change nothing, and the engine's own default providers. */
export function isHidden(step: Step): boolean {
  return step.op === "same" || isDefaultProvider(step.urn);
}

function quote(severity: string, message: string, urn?: string): string[] {
  const where = urn ? `${parseUrn(urn).type} (${parseUrn(urn).name}): ` : "";
  const prefix = severity === "info" ? "" : `${severity}: `;
  const [first = "", ...rest] = stripVTControlCharacters(message).split("\n");
  return [`    ${where}${prefix}${first}`, ...rest.map((line) => `      ${line}`)];
}
