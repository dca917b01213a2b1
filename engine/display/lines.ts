/** A run as lines of text, for logs and pipes. */
import { type PropertyMap, UNKNOWN } from "../../plugins/sdk/values.ts";
import type { EngineEvent, EventSink, Step } from "../events.ts";
import { isDefaultProvider, parseUrn } from "../urn.ts";
import { describeUrn, indented, isUnchanged, Progress } from "./progress.ts";
import { closing, markOf, type Paint, soFar, stepLine, title, topKey } from "./texts.ts";
import { renderProperties, type Unchanged } from "./values.ts";
import { clean, cut, oneLine } from "./width.ts";

export interface LinesOptions {
  /** Show the properties of each changed resource. */
  diff?: boolean;
}

const REPORT_MS = 10_000;
const MAX_REPORTED = 5;
const MAX_REASON = 100;

export class Lines implements EventSink {
  readonly progress = new Progress();
  readonly #write: (line: string) => void;
  readonly #options: LinesOptions;
  readonly #paint: Paint;
  #outputs: string[] = [];
  #reported = Number.POSITIVE_INFINITY;

  constructor(write: (line: string) => void, options: LinesOptions = {}, paint: Paint = (_, text) => text) {
    this.#write = write;
    this.#options = options;
    this.#paint = paint;
  }

  emit(event: EngineEvent): void {
    for (const line of this.render(event)) this.#write(line);
  }

  /** Names what is under way every ten seconds; to be called more often than that. */
  tick(now = Date.now()): void {
    if (now - this.#reported < REPORT_MS) return;
    this.#reported = now;
    const running = this.progress.in("doing");
    const named = running.slice(0, MAX_REPORTED).map(({ urn, since, status }) => {
      const said = status && `: ${cut(oneLine(status), MAX_REASON)}`;
      return `${parseUrn(urn).name} (${soFar(now - since)}${said})`;
    });
    const more = running.length > MAX_REPORTED ? ` and ${running.length - MAX_REPORTED} more` : "";
    const what = named.join(", ") || this.progress.awaited;
    this.#write(`    Still running after ${soFar(now - this.progress.begun)}: ${what}${more}`);
  }

  /** @returns the lines that tell of an event; none for what only matters while it lasts. */
  render(event: EngineEvent): string[] {
    this.progress.take(event, Date.now());
    switch (event.kind) {
      case "begin":
        this.#reported = this.progress.begun;
        return [title(event), ""];
      case "step-done":
        if (isUnchanged(event.step) || isDefaultProvider(event.step.urn)) return [];
        return [
          this.#paint(markOf(event.step), stepLine(event.step, "done", event.elapsedMs)),
          ...this.#details(event.step),
        ];
      case "step-failed": {
        const reason = cut(oneLine(event.message), MAX_REASON);
        return [this.#paint("error", `${stepLine(event.step, "failed", event.elapsedMs)} ${reason}`)];
      }
      case "log": {
        // Errors come at the end, by resource.
        const { severity, message, urn } = event;
        if (severity === "debug" || severity === "error" || event.ephemeral) return [];
        const where = urn ? `${describeUrn(urn)}: ` : "";
        return indented(`${where}${severity === "info" ? "" : `${severity}: `}${message}`);
      }
      case "program-output":
        return [`    ${clean(event.text)}`];
      case "outputs":
        this.#outputs = this.#renderOutputs(event);
        return [];
      case "end":
        this.#reported = Number.POSITIVE_INFINITY;
        return ["", ...this.progress.diagnostics(), ...this.#outputs, closing(event, this.progress.skipped)];
      default:
        return [];
    }
  }

  #renderOutputs({ old, new: news, preview }: EngineEvent & { kind: "outputs" }): string[] {
    // Marks only say something where there was something before.
    const isNew = Object.keys(old).length === 0;
    const lines = this.#properties(isNew ? news : old, news, 4, preview && !isNew ? "none" : "all");
    return lines.length > 0 ? ["Outputs:", ...lines, ""] : [];
  }

  #details(step: Step): string[] {
    const { old, new: next, op, urn, diff } = step;
    if (!this.#options.diff || op === "replace" || op === "delete-replaced" || op === "discard") return [];
    const replaces = [...(diff ?? [])].filter(([, change]) => change.replaces).map(([path]) => path);
    const inputs = (next ?? old)?.inputs ?? {};
    return [
      ...(old?.id ? [`        [id=${oneLine(old.id)}]`] : []),
      `        [urn=${clean(urn)}]`,
      ...(replaces.length > 0 ? [`        [replace: ${replaces.join(", ")}]`] : []),
      ...(diff && old
        ? this.#properties(...changes(step), 8, "brief")
        : this.#properties(inputs, inputs, 8, "all")),
    ];
  }

  #properties(olds: PropertyMap, news: PropertyMap, indent: number, unchanged: Unchanged): string[] {
    return renderProperties(olds, news, indent, unchanged).map(({ mark, text }) => this.#paint(mark, text));
  }
}

/** The properties before and after, apart in nothing but what the diff names. */
function changes({ old, new: next, diff }: Step): [PropertyMap, PropertyMap] {
  const [before, after] = [{ ...next?.inputs }, { ...next?.inputs }];
  for (const [path, { kind }] of diff ?? []) {
    const key = topKey(path);
    before[key] = old?.inputs?.[key] ?? old?.outputs?.[key];
    // A provider may see a change in what no input says.
    if (kind !== "delete") after[key] ??= next?.outputs?.[key] ?? UNKNOWN;
  }
  return [before, after];
}
