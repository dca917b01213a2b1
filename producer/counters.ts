/** What happened since the start; counts are events unless they say otherwise. */
export interface Counts {
  /** Handed to Kafka at least once. */
  readonly sent: number;
  /** Confirmed by the broker: in the topic, on every replica in sync. */
  readonly acknowledged: number;
  /** Attempts that failed and were made again (batches). */
  readonly retries: number;
  /** May stand in the topic twice, under one transactionId: see `ProducerIdLostError`. */
  readonly possibleDuplicates: number;
}

export class Counters implements Counts {
  sent = 0;
  acknowledged = 0;
  retries = 0;
  possibleDuplicates = 0;
}
