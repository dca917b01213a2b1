/** Calls a registry through the engine: with the user's credentials, and again within a bound. */
import { setTimeout as sleep } from "node:timers/promises";
import { credentialsFor, type RegistryAuth } from "./credentials.ts";
import { describeFailure, type Failure, type FailureKind, failureOf } from "./failure.ts";

export interface CallOptions {
  /** Ends the call at once. */
  readonly signal: AbortSignal;
  /** What is happening, in a few words. */
  onProgress(text: string): void;
  /** Where `docker login` has put credentials. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Tests do not wait. */
  sleep?(ms: number, signal: AbortSignal): Promise<unknown>;
}

/** Seconds to wait before each further attempt. What is missing or refused stays so. */
const PAUSES: Readonly<Partial<Record<FailureKind, readonly number[]>>> = {
  busy: [2, 5, 10, 20],
  slow: [1],
  unreachable: [1, 3],
};
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait after the attempt with this number, from 0; undefined: it is the last. */
export function pauseAfter({ kind, waitMs }: Failure, attempt: number): number | undefined {
  const seconds = PAUSES[kind]?.[attempt];
  if (seconds === undefined) return undefined;
  const pauseMs = Math.max(seconds * 1_000, waitMs ?? 0);
  return pauseMs > LONGEST_PAUSE_MS ? undefined : pauseMs;
}

/** What was found in the end. */
export class RegistryFailure extends Error {
  readonly image: string;
  readonly failure: Failure;

  constructor(image: string, failure: Failure) {
    super(describeFailure(image, failure));
    this.image = image;
    this.failure = failure;
  }
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });

/** @throws RegistryFailure, or the signal's reason */
export async function callRegistry(
  image: string,
  options: CallOptions,
  call: (auth: RegistryAuth | undefined) => Promise<void>,
): Promise<void> {
  const { signal, onProgress } = options;
  const { auth, problem } = await credentialsFor(image, options.env);
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await call(auth);
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      const pauseMs = pauseAfter(failure, attempt);
      if (pauseMs === undefined) throw new RegistryFailure(image, withProblem(failure, problem));
      onProgress(`asking again in ${Math.ceil(pauseMs / 1_000)} s: ${describeFailure(image, failure)}`);
      await (options.sleep ?? pause)(pauseMs, signal).catch(() => signal.throwIfAborted());
    }
  }
}

/** A registry that refuses may do so because stored credentials could not be read. */
function withProblem(failure: Failure, problem: string | undefined): Failure {
  const isCause = failure.kind === "refused" && problem !== undefined;
  return isCause ? { ...failure, reason: `${failure.reason}; credentials: ${problem}` } : failure;
}
