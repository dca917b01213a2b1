/** The events in the topic: JSON, keyed by `transactionId`. Everything downstream is tested against this file. */

export const TRANSACTION_TYPES = ["purchase", "refund", "transfer"] as const;
export const CURRENCIES = ["USD", "GBP", "EUR"] as const;
export const CATEGORIES = ["electronics", "fashion", "grocery", "home", "beauty", "sports"] as const;

export type TransactionType = (typeof TRANSACTION_TYPES)[number];
export type Currency = (typeof CURRENCIES)[number];
export type Category = (typeof CATEGORIES)[number];

export interface TransactionEvent {
  /** A UUID, unique and ascending in the order of production, so that an index on it grows at its end. */
  readonly transactionId: string;
  readonly userId: string;
  readonly transactionType: TransactionType;
  /** In units of `currency`, 10–1000, with two decimals at most. Never negative, even for a refund. */
  readonly amount: number;
  readonly currency: Currency;
  /**
   * ISO 8601 in UTC, to the millisecond and with `Z`: the same instant in every time zone, sorted as text in order of
   * time, and precise enough to measure latency.
   */
  readonly transactionDate: string;
  readonly category: Category;
  readonly merchant: string;
  /** "City, Country". */
  readonly location: string;
}

/** The fields in the order in which they are in the JSON. */
export const EVENT_FIELDS = [
  "transactionId",
  "userId",
  "transactionType",
  "amount",
  "currency",
  "transactionDate",
  "category",
  "merchant",
  "location",
] as const satisfies readonly (keyof TransactionEvent)[];

export const AMOUNT_RANGE = { min: 10, max: 1000 } as const;
