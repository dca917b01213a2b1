/** The benchmark's data: the same messages in the same order for every variant and every run. Pure. */
import type { TransactionEvent } from "../../producer/event.ts";
import { createGenerator } from "../../producer/generator.ts";
import { below, createRandom, weightedPicker } from "../../producer/random.ts";

/** `malformed` is no JSON; the other two are JSON that breaks the contract in one field. */
export type Fate = "valid" | "duplicate" | "malformed" | "unknown-type" | "text-amount";

export interface Message {
  key: string;
  value: string;
  /** Kafka's timestamp: the event was received when it happened, a duplicate later. */
  receivedMs: number;
  fate: Fate;
  /** What the message says, or would say if it were whole. */
  event: TransactionEvent;
}

/** In thousandths of all messages: 1 % duplicates, 0.5 % bad events. */
const MIX: readonly { weight: number; value: Fate }[] = [
  { weight: 985, value: "valid" },
  { weight: 10, value: "duplicate" },
  { weight: 3, value: "malformed" },
  { weight: 1, value: "unknown-type" },
  { weight: 1, value: "text-amount" },
];

/** From before the end of a month: days and months have two rows for each currency. */
const START_MS = Date.UTC(2026, 9, 31, 23, 50);
/** A million in a day. */
const SPACING_MS = 86.4;
/** A duplicate repeats one of so many events before it: those of the last quarter of an hour. */
const WINDOW = 10_000;
const SEED = 20_261_101;

export function* messages(count: number): Generator<Message> {
  const random = createRandom(SEED);
  const generate = createGenerator(SEED);
  const pick = weightedPicker(MIX);
  const recent: Message[] = [];
  for (let i = 0; i < count; i++) {
    const fate = recent.length === 0 ? "valid" : pick(random);
    const receivedMs = START_MS + Math.floor(i * SPACING_MS);
    if (fate === "duplicate") {
      yield { ...(recent[below(random, recent.length)] as Message), receivedMs, fate };
      continue;
    }
    const message = make(generate(receivedMs), receivedMs, fate);
    if (fate === "valid") {
      if (recent.length < WINDOW) recent.push(message);
      else recent[i % WINDOW] = message;
    }
    yield message;
  }
}

function make(generated: TransactionEvent, receivedMs: number, fate: Fate): Message {
  // The original reads dates to the second and without a zone, and nothing else.
  const event = { ...generated, transactionDate: generated.transactionDate.slice(0, 19) };
  const text = JSON.stringify(spoiled(event, fate));
  const value = fate === "malformed" ? text.slice(0, -20) : text;
  return { key: event.transactionId, value, receivedMs, fate, event };
}

function spoiled(event: TransactionEvent, fate: Fate): object {
  if (fate === "unknown-type") return { ...event, transactionType: "chargeback" };
  if (fate === "text-amount") return { ...event, amount: "n/a" };
  return event;
}
