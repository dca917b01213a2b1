/** Keeps secrets out of what is shown, also where a program or plugin prints them. */
import { isSecret, unwrapSecrets } from "../plugin/values.ts";
import type { EngineEvent, EventSink } from "./events.ts";

export const MASK = "[secret]";
/** Shorter texts would be found in places that have nothing to do with them. */
const MIN_LENGTH = 5;

/** The value with each secret in it replaced by `[secret]`. */
export function mask(value: unknown): unknown {
  if (isSecret(value)) return MASK;
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item)]));
}

/** Passes events on, with the texts of all secrets that it has learnt masked. */
export class RedactingSink implements EventSink {
  readonly #sink: EventSink;
  readonly #texts = new Set<string>();

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Takes note of the secrets within a value. */
  learn(value: unknown): void {
    if (isSecret(value)) this.#add(unwrapSecrets(value));
    else if (typeof value === "object" && value !== null)
      for (const item of Object.values(value)) this.learn(item);
  }

  emit(event: EngineEvent): void {
    if (event.kind === "program-output") this.#sink.emit({ ...event, text: this.clean(event.text) });
    else if ("message" in event) this.#sink.emit({ ...event, message: this.clean(event.message) });
    else this.#sink.emit(event);
  }

  clean(text: string): string {
    let cleaned = text;
    for (const secret of this.#texts) cleaned = cleaned.replaceAll(secret, MASK);
    return cleaned;
  }

  #add(plain: unknown): void {
    if (typeof plain === "string" && plain.length >= MIN_LENGTH) this.#texts.add(plain);
    else if (typeof plain === "object" && plain !== null)
      for (const item of Object.values(plain)) this.#add(item);
  }
}
