/** Waits until a job that replays the topic has caught up with it. */
import type { PartitionOffsets } from "../../clients/kafka-admin.ts";
import { readTail } from "../../clients/kafka-tail.ts";
import { waitFor } from "../../clients/wait.ts";
import { lag } from "../../topic/offsets.ts";
import type { Run } from "./run.ts";
import { withKafka } from "./source.ts";

/** Replaying a year of events takes long; the status shows the progress. */
const TIMEOUT_SECONDS = 24 * 3600;
const LOOK_MS = 2_000;
/** A goal that is no older than this is as good as the end of the topic. */
const FRESH_MS = 30_000;

/** @param group the consumer group that the job commits its offsets under */
export async function untilCaughtUp(run: Run, jobId: string, group: string): Promise<void> {
  const { cluster, news, progress } = run;
  const { topic } = news.source;
  const lastKnownFailure = (await cluster.failures(jobId))[0]?.at ?? 0;
  let goal: { offsets: PartitionOffsets[]; at: number } | undefined;
  let left: bigint | undefined;
  await withKafka(run, (kafka) =>
    waitFor({
      what: `job ${news.name} to catch up with topic ${topic}`,
      timeoutSeconds: TIMEOUT_SECONDS,
      intervalMs: LOOK_MS,
      signal: progress.signal,
      probe: async () => {
        const [failure] = await cluster.failures(jobId);
        if (failure && failure.at > lastKnownFailure)
          throw new Error(`Job ${news.name} failed while it caught up: ${failure.message}`);
        const now = performance.now();
        const offsets = await kafka.offsets(topic);
        const committed = await kafka.committed(group, topic);
        progress.status(`replaying: ${lag(offsets, committed)} events to go`);
        const before = left;
        left = goal && lag(goal.offsets, committed);
        // The last offsets of a partition may have no event: they are markers of transactions, or were compacted away.
        const isAtLast = async () =>
          goal && left === before && (await isWithoutEvents(run, committed, goal.offsets));
        const isReached = left === 0n || (await isAtLast()) === true;
        if (goal && isReached && now - goal.at < FRESH_MS) return true;
        // A goal that was reached late is replaced by the topic's end as it is now.
        if (!goal || isReached) goal = { offsets, at: now };
        // Offsets are committed with each checkpoint.
        await cluster.triggerCheckpoint(jobId);
        return undefined;
      },
    }),
  );
}

async function isWithoutEvents(
  { news: { source } }: Run,
  next: ReadonlyMap<number, bigint>,
  offsets: readonly PartitionOffsets[],
): Promise<boolean> {
  const { events, isComplete } = await readTail(source.bootstrapServers, source.topic, next, offsets, 0);
  return events.length === 0 && isComplete;
}
