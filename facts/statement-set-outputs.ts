/** What a `StatementSet` resource, and the stack's outputs, show of the job. */

/** One version of the statement set, and its outcome. */
export interface VersionSummary {
  readonly version: number;
  /** Twelve hex digits that identify its statements. */
  readonly statements: string;
  /** When it was started, in ISO 8601. */
  readonly at: string;
  /** starting, replaying, swapping, running, superseded or failed. */
  readonly outcome: string;
  /** Why it failed. */
  readonly reason?: string;
  /** Its last savepoint. */
  readonly savepoint?: string;
}

/** What the current version has read, beyond what the topic's offsets say. */
export interface TopicReads {
  /** Kafka's id of the topic. */
  readonly topicId: string;
  /** Events that expired before they were read. */
  readonly skippedEvents: number;
  /** Of these, the ones that expired while the job was stopped, and that the user has accepted to lose. */
  readonly acceptedLoss?: number;
  /** The offset from which a partition is read, where older events had expired. */
  readonly readsFrom?: Readonly<Record<string, number>>;
  /** Events of earlier topics that the tables account for. */
  readonly carriedEvents: number;
}
