/** Keeps secrets out of what is shown, also where a program or plugin prints them. */
import { isSecret, isUnknown, unwrapSecrets } from "../plugins/sdk/values.ts";
import type { EngineEvent, EventSink } from "./events.ts";
import type { ResourceState } from "./state.ts";

export const MASK = "[secret]";
/** Shorter texts would be found in places that have nothing to do with them. */
const MIN_LENGTH = 4;
/** What is longer would make the pattern too large. */
const MAX_LENGTH = 2000;
/** Of what is only a part of a secret: a line, or a piece of base64. */
const MIN_PART = 8;

/** The value with each secret in it replaced by `[secret]`. */
export function mask(value: unknown): unknown {
  return isSecret(value) ? MASK : mapItems(value, mask);
}

/** Passes events on, with the texts of all secrets that it has learnt so far masked. */
export class RedactingSink implements EventSink {
  readonly #sink: EventSink;
  readonly #texts = new Set<string>();
  readonly #long = new Set<string>();
  #pattern: RegExp | undefined;

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
    if ("step" in event) {
      this.learn(event.step.new);
      const { old, new: next } = event.step;
      const step = { ...event.step, old: this.#cleanState(old), new: this.#cleanState(next) };
      this.#sink.emit(
        "message" in event ? { ...event, step, message: this.clean(event.message) } : { ...event, step },
      );
    } else if (event.kind === "program-output") this.#sink.emit({ ...event, text: this.clean(event.text) });
    else if (event.kind === "log") this.#sink.emit({ ...event, message: this.clean(event.message) });
    else if (event.kind === "outputs")
      this.#sink.emit({ ...event, old: this.cleanAll(event.old), new: this.cleanAll(event.new) });
    else this.#sink.emit(event);
  }

  clean(text: string): string {
    const rest = [...this.#long].reduce((left, secret) => left.replaceAll(secret, MASK), text);
    if (this.#texts.size === 0) return rest;
    // The longest first: one secret may be the beginning of another.
    const sorted = () => [...this.#texts].sort((a, b) => b.length - a.length);
    this.#pattern ??= new RegExp(sorted().map(escaped).join("|"), "g");
    return rest.replace(this.#pattern, MASK);
  }

  /** The same for all texts in a value. What is marked as secret stays as it is. */
  cleanAll<T>(value: T): T {
    if (typeof value === "string") return this.clean(value) as T;
    return isSecret(value) ? value : (mapItems(value, (item) => this.cleanAll(item)) as T);
  }

  #cleanState(state: ResourceState | undefined): ResourceState | undefined {
    return state && { ...state, inputs: this.cleanAll(state.inputs), outputs: this.cleanAll(state.outputs) };
  }

  #add(plain: unknown): void {
    if (typeof plain === "object" && plain !== null) for (const item of Object.values(plain)) this.#add(item);
    else if (typeof plain === "string" || typeof plain === "number") {
      const text = String(plain);
      if (text.length < MIN_LENGTH || isUnknown(text) || this.#texts.has(text)) return;
      for (const form of forms(text)) (form.length > MAX_LENGTH ? this.#long : this.#texts).add(form);
      this.#pattern = undefined;
    }
  }
}

/** A text as it may be met: as it is, in JSON, in a URL, in base64, and one line after the other. */
function forms(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const parts = [...(lines.length > 1 ? lines : []), ...base64(text)].filter(
    (part) => part.length >= MIN_PART,
  );
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), ...parts];
}

/** What base64 makes of a text wherever it stands in a longer one: three ways, by its place modulo 3. */
function base64(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
    // Characters at the ends that are made of other bytes, too, are left out.
    return bytes.toString("base64").slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function mapItems(value: unknown, map: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}
