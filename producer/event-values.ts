import type { Category, Currency, TransactionType } from "./event.ts";
import type { Weighted } from "./random.ts";

/** What the events are about. Weights are relative; medians are in units of the currency. */

export const TYPE_MIX: readonly Weighted<TransactionType>[] = [
  { weight: 85, value: "purchase" },
  { weight: 8, value: "refund" },
  { weight: 7, value: "transfer" },
];

export interface Department {
  readonly category: Category;
  readonly medianAmount: number;
  readonly merchants: readonly string[];
}

export const DEPARTMENTS: readonly Weighted<Department>[] = [
  {
    weight: 30,
    value: {
      category: "grocery",
      medianAmount: 38,
      merchants: ["Green Basket", "Corner Pantry", "Harvest & Sons"],
    },
  },
  {
    weight: 20,
    value: {
      category: "fashion",
      medianAmount: 72,
      merchants: ["Thread & Needle", "Nordlicht", "Maison Clio"],
    },
  },
  {
    weight: 16,
    value: {
      category: "electronics",
      medianAmount: 240,
      merchants: ["Voltwerk", "Pixel Harbor", "Circuit Corner"],
    },
  },
  {
    weight: 13,
    value: { category: "home", medianAmount: 95, merchants: ["Hearth & Oak", "Casa Viva", "Lumen Living"] },
  },
  {
    weight: 12,
    value: {
      category: "beauty",
      medianAmount: 42,
      merchants: ["Rosewater", "Bare Botanics", "Belle Époque"],
    },
  },
  {
    weight: 9,
    value: { category: "sports", medianAmount: 85, merchants: ["Summit Gear", "Endurance Depot", "Pista"] },
  },
];

/** A place determines the currency. Some names are not ASCII on purpose, to test that they arrive intact. */
export interface Place {
  readonly location: string;
  readonly currency: Currency;
}

export const PLACES: readonly Weighted<Place>[] = [
  { weight: 18, value: { location: "New York, United States", currency: "USD" } },
  { weight: 12, value: { location: "Chicago, United States", currency: "USD" } },
  { weight: 11, value: { location: "San Francisco, United States", currency: "USD" } },
  { weight: 9, value: { location: "Austin, United States", currency: "USD" } },
  { weight: 14, value: { location: "London, United Kingdom", currency: "GBP" } },
  { weight: 6, value: { location: "Manchester, United Kingdom", currency: "GBP" } },
  { weight: 8, value: { location: "Berlin, Germany", currency: "EUR" } },
  { weight: 5, value: { location: "München, Germany", currency: "EUR" } },
  { weight: 7, value: { location: "Paris, France", currency: "EUR" } },
  { weight: 5, value: { location: "Málaga, Spain", currency: "EUR" } },
  { weight: 5, value: { location: "Dublin, Ireland", currency: "EUR" } },
];

export const USER_COUNT = 20_000;
