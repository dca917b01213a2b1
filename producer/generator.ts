import { AMOUNT_RANGE, type TransactionEvent } from "./event.ts";
import { DEPARTMENTS, PLACES, TYPE_MIX, USER_COUNT } from "./event-values.ts";
import { below, createRandom, gaussian, type Random, weightedPicker } from "./random.ts";
import { sequentialIds, timeOrderedIds } from "./transaction-id.ts";

/** The next event, as if it happened at `nowMs` (Unix milliseconds). */
export type Generator = (nowMs: number) => TransactionEvent;

/** How many purchases are remembered as candidates for a refund. */
const OPEN_PURCHASES = 1024;
/** Spread of the log-normal amounts: two thirds are within a factor of e^0.75 ≈ 2.1 of the median. */
const AMOUNT_SIGMA = 0.75;

const pickType = weightedPicker(TYPE_MIX);
const pickDepartment = weightedPicker(DEPARTMENTS);
const pickPlace = weightedPicker(PLACES);

/**
 * Generates realistic events. A refund returns one earlier purchase in full, and no purchase is refunded twice, so
 * sales per category and currency never fall below zero.
 *
 * @param seed a whole number; the same seed gives the same events, except for `transactionDate`
 */
export function createGenerator(seed?: number): Generator {
  const random = createRandom(seed);
  const nextId = seed === undefined ? timeOrderedIds() : sequentialIds();
  const dateOf = isoDates();
  const open: TransactionEvent[] = [];

  return (nowMs) => {
    const transactionId = nextId(nowMs, random);
    const transactionDate = dateOf(nowMs);
    const transactionType = pickType(random);

    if (transactionType === "refund") {
      const purchase = takeAny(open, random);
      if (purchase !== undefined) return { ...purchase, transactionId, transactionType, transactionDate };
    }

    const department = pickDepartment(random);
    const place = pickPlace(random);
    const event: TransactionEvent = {
      transactionId,
      userId: userId(random),
      // If there is nothing to refund, the customer buys.
      transactionType: transactionType === "refund" ? "purchase" : transactionType,
      amount: amount(department.medianAmount, random),
      currency: place.currency,
      transactionDate,
      category: department.category,
      merchant: department.merchants[below(random, department.merchants.length)] ?? department.category,
      location: place.location,
    };
    if (event.transactionType === "purchase") remember(open, event, random);
    return event;
  };
}

/** Log-normal around the median. Values out of range are drawn again, so that none pile up at its ends. */
function amount(median: number, random: Random): number {
  for (;;) {
    const cents = Math.round(median * Math.exp(AMOUNT_SIGMA * gaussian(random)) * 100);
    // Whole cents divided once give the double nearest to the decimal, which JSON prints with two digits at most.
    if (cents >= AMOUNT_RANGE.min * 100 && cents <= AMOUNT_RANGE.max * 100) return cents / 100;
  }
}

/** A few customers buy often, most of them rarely. */
function userId(random: Random): string {
  const rank = Math.floor(USER_COUNT * random.fraction() ** 2);
  return `user-${String(rank).padStart(5, "0")}`;
}

function remember(open: TransactionEvent[], purchase: TransactionEvent, random: Random): void {
  if (open.length < OPEN_PURCHASES) open.push(purchase);
  else open[below(random, OPEN_PURCHASES)] = purchase;
}

function takeAny(open: TransactionEvent[], random: Random): TransactionEvent | undefined {
  if (open.length === 0) return undefined;
  const index = below(random, open.length);
  const taken = open[index];
  const last = open.pop();
  if (last !== undefined && index < open.length) open[index] = last;
  return taken;
}

/** At high rates many events share a millisecond, so its text is cached. */
function isoDates(): (nowMs: number) => string {
  let lastMs = Number.NaN;
  let text = "";
  return (nowMs) => {
    if (nowMs !== lastMs) {
      lastMs = nowMs;
      text = new Date(nowMs).toISOString();
    }
    return text;
  };
}
