import { randomUUID } from "node:crypto";
import type { Money } from "./money.ts";

/** What distinguishes the proof's rows from real ones: ISO 4217's currency for testing, and a category of its own. */
export const proofCurrency = "XTS";
export const proofCategory = "proof";

export interface ProofEvent {
  readonly transactionId: string;
  readonly transactionType: "purchase" | "refund";
  readonly amount: Money;
  /** UTC. The same in both events, so that they are in the same day and month. */
  readonly at: Date;
}

/** A purchase and its refund, of a random amount from 1.00 to 99.99. */
export function proofEvents(now: Date, random: () => number = Math.random): [ProofEvent, ProofEvent] {
  const amount = BigInt(100 + Math.floor(random() * 9900));
  const of = (transactionType: ProofEvent["transactionType"]): ProofEvent => ({
    transactionId: `proof-${randomUUID()}`,
    transactionType,
    amount,
    at: now,
  });
  return [of("purchase"), of("refund")];
}

/** The event as it is sent: the nine fields of the data contract. */
export function toJson(event: ProofEvent): string {
  return JSON.stringify({
    transactionId: event.transactionId,
    userId: "proof",
    transactionType: event.transactionType,
    amount: Number(event.amount) / 100,
    currency: proofCurrency,
    transactionDate: event.at.toISOString(),
    category: proofCategory,
    merchant: "proof",
    location: "proof",
  });
}
