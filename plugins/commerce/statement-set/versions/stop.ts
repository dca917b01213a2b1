/** Stops a job without losing its state. */
import { cancel, messageOf, untilHealthy } from "../job.ts";
import type { LiveJob } from "./decide.ts";
import { versionOf } from "./history.ts";
import type { Run } from "./run.ts";

/** A savepoint of large state takes long under backpressure. */
const SAVEPOINT_TIMEOUT_SECONDS = 180;
const RECOVERY_TIMEOUT_SECONDS = 60;

/**
 * Stops the job with a savepoint and records it in the version's history.
 *
 * @returns the restore points, the newest first; empty only if the job has no state yet
 */
export async function stop(run: Run, job: LiveJob): Promise<string[]> {
  const { cluster, store, news, progress } = run;
  if (job.state !== "RUNNING" || job.tasks.running < job.tasks.total) {
    // The job may be recovering from a TaskManager that was replaced just now. It is stopped even if it does not.
    const soon = { ...news, startTimeoutSeconds: RECOVERY_TIMEOUT_SECONDS, healthSeconds: 0 };
    await untilHealthy(cluster, job.id, soon, progress).catch(() => undefined);
  }
  progress.status(`stopping job ${news.name} (${job.id}) with a savepoint`);
  const version = versionOf(store.history, job.version);
  // Taken before the request: an event that arrives during the savepoint may or may not be in it.
  const at = new Date().toISOString();
  try {
    const path = await cluster.stopWithSavepoint(job.id, SAVEPOINT_TIMEOUT_SECONDS);
    if (version) await store.addSavepoint(version.version, { path, at });
    return [path];
  } catch (error) {
    // A job that is down at the moment cannot take a savepoint; its last checkpoint holds the same state.
    const [instead] = version ? await store.restorePoints(version) : [];
    progress.log(
      "warning",
      `job ${news.name} cannot take a savepoint (${messageOf(error)}); ` +
        (instead ? `its checkpoint ${instead} is used instead` : "it has no state yet"),
    );
    if (news.upgradePolicy === "resume" && !instead && job.state === "RUNNING") throw error;
    await cancel(cluster, job.id, progress.signal);
    // A savepoint that a killed run asked for may have completed meanwhile, and deleted the checkpoints.
    return version ? store.restorePoints(version) : [];
  }
}

/** Takes a savepoint of a job that continues to run. */
export async function takeSavepoint(run: Run, job: LiveJob): Promise<void> {
  const { cluster, store, news, progress } = run;
  progress.status(`taking a savepoint of job ${news.name}`);
  const at = new Date().toISOString();
  const path = await cluster.savepoint(job.id, SAVEPOINT_TIMEOUT_SECONDS);
  if (job.version !== undefined) await store.addSavepoint(job.version, { path, at });
  progress.log("info", `job ${news.name}: savepoint ${path}`);
}
