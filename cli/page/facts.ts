import type { Health } from "../report/conditions.ts";
import type { Found, StackReport } from "../report/facts.ts";

/** How far the topic and the tables are at one moment, by partition. */
export interface Sample {
  /** Milliseconds of any clock that does not jump. */
  readonly at: number;
  /** The offset of the next event that Kafka receives. */
  readonly arrived: ReadonlyMap<number, bigint>;
  /** The first offset that the tables do not have. */
  readonly written: ReadonlyMap<number, bigint>;
}

/** Currencies are never added together. */
export interface Total {
  readonly currency: string;
  /** A category, or a day as YYYY-MM-DD. */
  readonly of: string;
  /** A decimal number, as Postgres writes it. */
  readonly total: string;
}

export interface Minute {
  /** When it ended, in milliseconds since 1970. */
  readonly end: number;
  readonly sales: number;
}

export interface Sales {
  readonly categories: Found<readonly Total[]>;
  readonly days: Found<readonly Total[]>;
  readonly minutes: Found<readonly Minute[]>;
}

export interface Checkpoint {
  readonly id: number;
  readonly status: string;
  /** When it was triggered, in milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly bytes: number;
}

/** What the page shows. */
export interface PageFacts {
  /** When it was written, in milliseconds since 1970. */
  readonly time: number;
  readonly report: StackReport;
  readonly health: Health;
  readonly troubles: readonly string[];
  /** Of some seconds, in their order. */
  readonly samples: Found<readonly Sample[]>;
  readonly sales: Sales | undefined;
  /** The newest first. */
  readonly checkpoints: Found<readonly Checkpoint[]> | undefined;
}
