/** A preview as one JSON document, in the shape of `pulumi preview --json`. */
import { deepEqual } from "../../plugins/sdk/values.ts";
import type { EngineEvent, EventSink, Step, Summary } from "../events.ts";
import { parsePath } from "../property-path.ts";
import { mask } from "../redaction.ts";
import { filled } from "../state.ts";
import { isDefaultProvider, STACK_TYPE } from "../urn.ts";

export class PreviewJson implements EventSink {
  readonly #stream: NodeJS.WritableStream;
  readonly #steps: object[] = [];
  readonly #diagnostics: object[] = [];
  #config = {};

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  close(): void {}

  emit(event: EngineEvent): void {
    if (event.kind === "begin") this.#config = event.config;
    else if (event.kind === "step-done") this.#add(event.step);
    else if (event.kind === "step-failed") this.#say("error", event.message, event.step.urn);
    else if (event.kind === "program-output") this.#say("info", event.text);
    else if (event.kind === "log" && event.severity !== "debug" && !event.ephemeral) {
      this.#say(event.severity, event.message, event.urn);
    } else if (event.kind === "end") this.#print(event.summary);
  }

  /** What stays as it is is left out, but for the stack itself; of a replacement's three steps one is shown. */
  #add({ op, urn, type, old, new: next, diff = new Map() }: Step): void {
    const isPart = op === "create-replacement" || op === "delete-replaced";
    if (isPart || isDefaultProvider(urn) || (op === "same" && type !== STACK_TYPE)) return;
    const top = (path: string) => parsePath(path)[0] ?? path;
    const isInput = (key: string) => !deepEqual(old?.inputs?.[key], next?.inputs?.[key]);
    const keys = (paths: string[]) => (paths.length > 0 ? [...new Set(paths.map(top))] : undefined);
    const detailed = [...diff].map(([path, { kind, replaces }]) => [
      path,
      { kind: replaces ? `${kind}-replace` : kind, inputDiff: isInput(top(path)) },
    ]);
    // The new state as it is asked for: what comes of it is not known before it is done.
    const { id, outputs, created, modified, ...asked } = next ?? {};
    this.#steps.push({
      op,
      urn,
      provider: (next ?? old)?.provider,
      oldState: old && mask(filled(old)),
      newState: next && mask(filled(asked)),
      diffReasons: keys([...diff.keys()]),
      replaceReasons: keys([...diff].filter(([, { replaces }]) => replaces).map(([path]) => path)),
      detailedDiff: detailed.length > 0 ? Object.fromEntries(detailed) : null,
    });
  }

  #say(severity: string, text: string, urn?: string): void {
    this.#diagnostics.push({ urn, message: severity === "info" ? text : `${severity}: ${text}`, severity });
  }

  #print({ changes, durationMs }: Summary): void {
    const digest = {
      config: this.#config,
      steps: this.#steps,
      diagnostics: this.#diagnostics.length > 0 ? this.#diagnostics : undefined,
      duration: durationMs * 1_000_000,
      changeSummary: Object.fromEntries(Object.entries(changes).filter(([, count]) => count > 0)),
    };
    this.#stream.write(`${JSON.stringify(digest, undefined, 4)}\n`);
  }
}
