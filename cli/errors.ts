import { exitCodes } from "./exit-codes.ts";
import { sentenceOf } from "./system-error.mjs";

/** An error that the user can act on: shown without a stack trace, `hint` on the lines below it. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, hint?: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = "UserError";
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

export class UsageError extends UserError {
  constructor(message: string, hint?: string) {
    super(message, hint, exitCodes.usage);
  }
}

export class NoSuchStack extends UserError {
  constructor(message: string, hint?: string) {
    super(message, hint, exitCodes.noSuchStack);
  }
}

/** The Pulumi CLI has failed, and shown why. */
export class PulumiFailed extends UserError {
  /** The errors that it has shown. */
  readonly shown: string;

  constructor(message: string, hint: string, shown: string) {
    super(message, hint);
    this.shown = shown;
  }
}

/** It could not read a resource, so it has changed nothing. */
export class RefreshFailed extends PulumiFailed {}

/** Stopped by Ctrl-C or a signal. */
export class Interrupted extends UserError {
  constructor() {
    super(
      "interrupted",
      "What was done so far is recorded; the same command continues from there.",
      exitCodes.interrupted,
    );
  }
}

/** Any thrown value as one message, system errors in words. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return [...new Set(error.errors.map(messageOf))].join("; ");
  }
  if (!(error instanceof Error)) return String(error);
  return sentenceOf(error) ?? error.message;
}
