/** Tells a service that does not answer from one that answers with an error. */
import { oneLine } from "./stack-trace.ts";
import { TimedOut, waitFor } from "./wait.ts";

/** How long a service that is starting is waited for. */
export const REACHABLE_TIMEOUT_SECONDS = 60;

export class Unreachable extends Error {}

const CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

export function isConnectionCode(code: unknown): boolean {
  return typeof code === "string" && CODES.has(code);
}

/** @param service its name and address, such as `The SQL Gateway at http://127.0.0.1:8083` */
export function unreachable(service: string, cause: unknown): Unreachable {
  const reason = cause instanceof Error ? cause.message || String(Reflect.get(cause, "code")) : String(cause);
  return new Unreachable(
    `${service} does not answer (${oneLine(reason)}). Check with "docker ps -a" that its container runs and publishes ` +
      `this port, and with "docker logs" why it does not.`,
    { cause },
  );
}

/**
 * Repeats an attempt while the service does not answer.
 *
 * @param seconds how long to retry; 0 for a single attempt
 * @param signal ends the retries once it is aborted
 * @throws Unreachable, the last one, when that time is over
 */
export async function retryUntilReachable<T>(
  seconds: number,
  attempt: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let last: unknown;
  const done = await waitFor({
    what: "an answer",
    timeoutSeconds: seconds,
    intervalMs: 500,
    signal,
    probe: async () => {
      last = undefined;
      try {
        return { value: await attempt() };
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        last = error;
        return undefined;
      }
    },
  }).catch((error: unknown) => {
    // An error of the service itself says more than an earlier attempt that it did not answer.
    throw error instanceof TimedOut ? (last ?? error) : error;
  });
  return done.value;
}

/** For a check of what may be deleted: what cannot be observed now is judged again by the deletion itself. */
export function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof Unreachable)) throw error;
}
