/** Recognizes from Flink's message why a job does not run from a savepoint or checkpoint. Pure. */

/** There is nothing at the path. */
export function isStateGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    /cannot find (the )?(checkpoint|savepoint|meta data file)|FileNotFound/i.test(error.message)
  );
}

/** The state belongs to operators or types that the new statements do not have. */
export function isStateUnusable(error: unknown): boolean {
  return (
    error instanceof Error &&
    /cannot map (checkpoint|savepoint)|state serializer .*incompatible|state migration/i.test(error.message)
  );
}

/** The topic no longer has the event at the offset in the state. */
export function isOffsetExpired(error: unknown): boolean {
  return error instanceof Error && /OffsetOutOfRange|is out of range for partition/i.test(error.message);
}
