/** Counts since the start, in events unless stated otherwise. */
export interface Counts {
  /** Sent to Kafka at least once. */
  readonly sent: number;
  /** Acknowledged by the broker: in the topic, on every replica in sync. */
  readonly acknowledged: number;
  /** Failed attempts that were repeated, in batches. */
  readonly retries: number;
  /** May be in the topic twice, with the same transactionId: see `ProducerIdLostError`. */
  readonly possibleDuplicates: number;
}

export class Counters implements Counts {
  sent = 0;
  acknowledged = 0;
  retries = 0;
  possibleDuplicates = 0;
}
