/** Something the user can act on: shown without a stack trace, `hint` on the lines below it. */
export class UserError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.name = "UserError";
    this.hint = hint;
  }
}

/** Stopped by Ctrl-C or a signal. */
export class Interrupted extends UserError {
  constructor() {
    super("stopped on request", "What was done so far is recorded; the same command goes on from there.");
    this.name = "Interrupted";
  }
}

/** An error as one line, from whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return [...new Set(error.errors.map(messageOf))].join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
