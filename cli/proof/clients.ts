import type { ProofEvent } from "./event.ts";
import type { Money } from "./money.ts";

/** What the proof needs of the running pipeline. Every call ends by itself, in error or not. */
export interface ProofClients {
  readonly topic: TopicClient;
  readonly job: JobClient;
  readonly tables: TableClient;
}

export interface Place {
  readonly partition: number;
  readonly offset: string;
}

export interface TopicClient {
  /** Sends once and waits for the acknowledgement of all replicas, at most 60 s. */
  send(event: ProofEvent): Promise<Place>;
  /** The message at that place, through a consumer; undefined when it has not come yet. */
  read(place: Place): Promise<string | undefined>;
}

export interface JobFacts {
  /** Flink's name of the job's state: RUNNING, RESTARTING, FAILED, ... */
  readonly state: string;
  /** Milliseconds since the last completed checkpoint. */
  readonly checkpointAge: number | undefined;
  /** The last failure's message, when there was one. */
  readonly failure: string | undefined;
}

export interface JobClient {
  facts(): Promise<JobFacts>;
}

export interface StoredTransaction {
  readonly transactionType: string;
  readonly amount: Money;
  readonly currency: string;
}

/** total_sales of the proof's own keys in the three aggregates; nothing counts as zero. */
export interface Totals {
  readonly sales_per_category: Money;
  readonly sales_per_day: Money;
  readonly sales_per_month: Money;
}

export type Aggregate = keyof Totals;
export const aggregates: readonly Aggregate[] = ["sales_per_category", "sales_per_day", "sales_per_month"];

export interface TableClient {
  transaction(id: string): Promise<StoredTransaction | undefined>;
  totals(at: Date): Promise<Totals>;
  /**
   * Removes the proof's transactions, and its totals where they are zero: one that is not belongs to a
   * purchase that was never taken back, and is the next proof's starting point. Gives the number of rows.
   */
  removeRows(): Promise<number>;
}
