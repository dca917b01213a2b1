import { randomUUID } from "node:crypto";
import type { Money } from "./money.ts";

/** ISO 4217's currency for testing, so that no total of real money changes. */
export const proofCurrency = "XTS";

export interface ProofEvent {
  readonly transactionId: string;
  readonly transactionType: "purchase" | "refund";
  readonly amount: Money;
  /** The purchase's id, so that no other event has part in its total. */
  readonly category: string;
  /** UTC. The same in both events, so that they are in the same day and month. */
  readonly at: Date;
}

/** A purchase and its refund, of a random amount from 1.00 to 99.99. */
export function proofEvents(now: Date, random: () => number = Math.random): [ProofEvent, ProofEvent] {
  const amount = BigInt(100 + Math.floor(random() * 9900));
  const category = newId();
  return [
    { transactionId: category, transactionType: "purchase", amount, category, at: now },
    { transactionId: newId(), transactionType: "refund", amount, category, at: now },
  ];
}

const newId = () => `proof-${randomUUID()}`;

/** The event as it is sent: the nine fields of the data contract. */
export function toJson(event: ProofEvent): string {
  return JSON.stringify({
    transactionId: event.transactionId,
    userId: "proof",
    transactionType: event.transactionType,
    amount: Number(event.amount) / 100,
    currency: proofCurrency,
    transactionDate: event.at.toISOString(),
    category: event.category,
    merchant: "proof",
    location: "proof",
  });
}
