/** The right job runs already: checks its health, and adopts it if the run that submitted it was killed. */
import { cancel, untilHealthy } from "../job.ts";
import { isOffsetExpired, isStateGone } from "../restore-error.ts";
import type { Action } from "./decide.ts";
import { currentVersion, versionOf } from "./history.ts";
import { resume, withRollback } from "./resume.ts";
import type { Run } from "./run.ts";
import { takeSavepoint } from "./stop.ts";

/** @returns the job's id */
export async function adopt(run: Run, { job, wantsSavepoint }: Action & { kind: "adopt" }): Promise<string> {
  const { cluster, store, news, progress } = run;
  const version = versionOf(store.history, job.version);
  if (version && !version.jobs.includes(job.id)) await store.addJob(version.version, job.id);
  const watch = (healthSeconds: number) =>
    untilHealthy(cluster, job.id, { ...news, healthSeconds }, progress);
  if (version?.outcome === "starting") {
    progress.log("info", `job ${news.name} runs already (${job.id}): adopted`);
    const before = currentVersion(store.history);
    // The run that submitted it was killed before the health window was over.
    if (before) {
      const points = await store.restorePoints(before);
      await withRollback(run, before, version, points, () => watch(news.healthSeconds));
    } else await watch(0);
    await store.promote(version.version);
  } else {
    try {
      await watch(0);
    } catch (error) {
      // High availability restarted a job whose state was deleted long ago, or events expired while the job was down.
      if (!version || !(isStateGone(error) || isOffsetExpired(error))) throw error;
      await cancel(cluster, job.id, progress.signal);
      return resume(run, version, undefined);
    }
  }
  if (wantsSavepoint) await takeSavepoint(run, job);
  return job.id;
}
