/** Ending a job without losing what it knows. */
import { cancel, messageOf, untilHealthy } from "../job.ts";
import type { LiveJob } from "./decide.ts";
import { versionOf } from "./history.ts";
import type { Run } from "./run.ts";

/** A savepoint of large state, under backpressure, takes its time. */
const SAVEPOINT_TIMEOUT_SECONDS = 180;
const RECOVERY_TIMEOUT_SECONDS = 60;

/**
 * Stops the job with a savepoint, which goes into its version's history.
 *
 * @returns where to go on from, the newest first; empty only if the job has no state yet
 */
export async function stop(run: Run, job: LiveJob): Promise<string[]> {
  const { cluster, store, news, progress } = run;
  if (job.state !== "RUNNING" || job.tasks.running < job.tasks.total) {
    // A TaskManager that was replaced just now: the job is about to come back. If it is not, that is no obstacle.
    const soon = { ...news, startTimeoutSeconds: RECOVERY_TIMEOUT_SECONDS, healthSeconds: 0 };
    await untilHealthy(cluster, job.id, soon, progress).catch(() => undefined);
  }
  progress.status(`stopping job ${news.name} (${job.id}) with a savepoint`);
  const version = versionOf(store.history, job.version);
  // Before it is asked for: an event that comes meanwhile may or may not be in it.
  const at = new Date().toISOString();
  try {
    const path = await cluster.stopWithSavepoint(job.id, SAVEPOINT_TIMEOUT_SECONDS);
    if (version) await store.addSavepoint(version.version, { path, at });
    return [path];
  } catch (error) {
    // A job that is down at the moment cannot take one; its last checkpoint holds the same.
    const points = version ? await store.restorePoints(version) : [];
    const [instead] = points;
    progress.log(
      "warning",
      `job ${news.name} takes no savepoint (${messageOf(error)}); ` +
        (instead ? `its checkpoint ${instead} serves instead` : "it has no state yet"),
    );
    if (news.upgradePolicy === "resume" && !instead && job.state === "RUNNING") throw error;
    await cancel(cluster, job.id, progress.signal);
    // What a killed run has asked for may be done only now, and the checkpoints gone with it.
    return version ? store.restorePoints(version) : [];
  }
}

/** A savepoint of the running job, which goes on. */
export async function takeSavepoint(run: Run, job: LiveJob): Promise<void> {
  const { cluster, store, news, progress } = run;
  progress.status(`taking a savepoint of job ${news.name}`);
  const at = new Date().toISOString();
  const path = await cluster.savepoint(job.id, SAVEPOINT_TIMEOUT_SECONDS);
  if (job.version !== undefined) await store.addSavepoint(job.version, { path, at });
  progress.log("info", `job ${news.name}: savepoint ${path}`);
}
