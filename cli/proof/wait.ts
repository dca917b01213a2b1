import { messageOf } from "../errors.ts";
import { duration } from "../format.ts";

/** Time, which tests replace. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const pollMs = 100;

/**
 * Repeats `attempt` until it returns anything but undefined. A failing attempt is repeated as well: services come and
 * go while a pipeline starts.
 *
 * @throws Error after `timeoutMs`, with what was seen last
 */
export async function until<T>(
  clock: Clock,
  timeoutMs: number,
  attempt: (saw: (what: string) => void) => Promise<T | undefined>,
): Promise<T> {
  const deadline = clock.now() + timeoutMs;
  let last = "nothing";
  for (;;) {
    try {
      const result = await attempt((what) => {
        last = what;
      });
      if (result !== undefined) return result;
    } catch (error) {
      last = messageOf(error);
    }
    if (clock.now() >= deadline) throw new Error(`not within ${duration(timeoutMs)}; last seen: ${last}`);
    await clock.sleep(pollMs);
  }
}
