import type { ProofEvent } from "./event.ts";
import type { Money } from "./money.ts";

/** The proof's access to the running pipeline. Every call is bounded in time. */
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
  /** Sends once and waits up to 60 s for the acknowledgement of all replicas. */
  send(event: ProofEvent): Promise<Place>;
  /** The message at that place, read by a consumer; undefined while it has not arrived. */
  read(place: Place): Promise<string | undefined>;
}

export interface JobFacts {
  /** Flink's job state: RUNNING, RESTARTING, FAILED, ... */
  readonly state: string;
  /** Milliseconds since the last completed checkpoint. */
  readonly checkpointAge: number | undefined;
  /** The last failure's message, if there was one. */
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

/** total_sales of the proof's own keys in the three aggregates; a missing row counts as zero. */
export interface Totals {
  readonly sales_per_category: Money;
  readonly sales_per_day: Money;
  readonly sales_per_month: Money;
}

export type Aggregate = keyof Totals;
export const aggregates: readonly Aggregate[] = ["sales_per_category", "sales_per_day", "sales_per_month"];

export interface TableClient {
  transaction(id: string): Promise<StoredTransaction | undefined>;
  totals(event: ProofEvent): Promise<Totals>;
  /** Records the id of an event that Kafka has acknowledged: from then on its rows count as the proof's own. */
  record(event: ProofEvent): Promise<void>;
  /**
   * Removes the rows of all recorded events, an earlier proof's included, and the totals to which no other event has
   * contributed. A total that is not zero stays: it is left by a purchase without a refund.
   *
   * @returns the number of removed rows
   */
  removeRows(): Promise<number>;
}
