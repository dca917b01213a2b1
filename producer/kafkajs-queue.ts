/** Fixes kafkajs 2.2.4: each of its connections wakes up the process every millisecond, with nothing to do. */
import { createRequire } from "node:module";

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * After each response kafkajs sets a timer to send the requests that wait, even if none does. The delay then comes to
 * decades in the past, which Node takes for a millisecond (from version 24 on with a warning), and the timer sets the
 * next. A request that has to wait sets one itself, so none is needed before.
 *
 * @param importer URL of the module whose kafkajs is meant
 */
export function stopIdleTimers(importer: string): void {
  const { prototype }: { prototype: RequestQueue } = createRequire(importer)(
    "kafkajs/src/network/requestQueue",
  );
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}
