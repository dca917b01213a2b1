/** The benchmark's data: the same messages in the same order for every variant and every run. Pure. */
import type { TransactionEvent } from "../../producer/event.ts";
import { createGenerator } from "../../producer/generator.ts";
import { below, createRandom, weightedPicker } from "../../producer/random.ts";

/** `malformed` is not JSON; the last two are JSON that violates the contract in one field. */
export type MessageKind = "valid" | "duplicate" | "malformed" | "unknown-type" | "text-amount";

export interface Message {
  key: string;
  value: string;
  /** Kafka's timestamp: the event was received when it happened, a duplicate later. */
  receivedMs: number;
  kind: MessageKind;
  /** What the message says, or would say without its error. */
  event: TransactionEvent;
}

/** In thousandths of all messages: 1 % duplicates, 0.5 % invalid events. */
const MIX: readonly { weight: number; value: MessageKind }[] = [
  { weight: 985, value: "valid" },
  { weight: 10, value: "duplicate" },
  { weight: 3, value: "malformed" },
  { weight: 1, value: "unknown-type" },
  { weight: 1, value: "text-amount" },
];

/** Shortly before the end of a month, so that days and months have two rows for each currency. */
const START_MS = Date.UTC(2026, 9, 31, 23, 50);
/** A million messages in a day. */
const SPACING_MS = 86.4;
/** A duplicate repeats one of this many previous events: those of the last quarter of an hour. */
const WINDOW = 10_000;
const SEED = 20_261_101;

export function* messages(count: number): Generator<Message> {
  const random = createRandom(SEED);
  const generate = createGenerator(SEED);
  const pick = weightedPicker(MIX);
  const recent: Message[] = [];
  for (let i = 0; i < count; i++) {
    const kind = recent.length === 0 ? "valid" : pick(random);
    const receivedMs = START_MS + Math.floor(i * SPACING_MS);
    if (kind === "duplicate") {
      yield { ...(recent[below(random, recent.length)] as Message), receivedMs, kind };
      continue;
    }
    const message = make(generate(receivedMs), receivedMs, kind);
    if (kind === "valid") {
      if (recent.length < WINDOW) recent.push(message);
      else recent[i % WINDOW] = message;
    }
    yield message;
  }
}

function make(generated: TransactionEvent, receivedMs: number, kind: MessageKind): Message {
  // The original can read only dates without a zone and without fractions of a second.
  const event = { ...generated, transactionDate: generated.transactionDate.slice(0, 19) };
  const text = JSON.stringify(withError(event, kind));
  const value = kind === "malformed" ? text.slice(0, -20) : text;
  return { key: event.transactionId, value, receivedMs, kind, event };
}

function withError(event: TransactionEvent, kind: MessageKind): object {
  if (kind === "unknown-type") return { ...event, transactionType: "chargeback" };
  if (kind === "text-amount") return { ...event, amount: "n/a" };
  return event;
}
