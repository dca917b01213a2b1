/** The right job runs already: it is seen to be well, and taken up if the run that submitted it was killed. */
import { cancel, untilHealthy } from "../job.ts";
import { isStateGone } from "../restore-error.ts";
import type { Action } from "./decide.ts";
import { versionOf, winner } from "./history.ts";
import { launchFrom } from "./launch.ts";
import { orBack } from "./resume.ts";
import type { Run } from "./run.ts";
import { takeSavepoint } from "./stop.ts";

/** @returns the job's id */
export async function keep(run: Run, { job, savepoint }: Action & { kind: "keep" }): Promise<string> {
  const { cluster, store, news, progress } = run;
  const version = versionOf(store.history, job.version);
  if (version && !version.jobs.includes(job.id)) await store.addJob(version.version, job.id);
  const watch = (healthSeconds: number) =>
    untilHealthy(cluster, job.id, { ...news, healthSeconds }, progress);
  if (version?.outcome === "starting") {
    progress.log("info", `job ${news.name} runs already (${job.id}): adopted`);
    const before = winner(store.history);
    // Nobody has seen it through its first seconds.
    if (before)
      await orBack(run, before, version, await store.restorePoints(before), () => watch(news.healthSeconds));
    else await watch(0);
    await store.won(version.version);
  } else {
    try {
      await watch(0);
    } catch (error) {
      // High availability has brought back a job whose state was tidied away long ago.
      if (!version || !isStateGone(error)) throw error;
      await cancel(cluster, job.id, progress.signal);
      return launchFrom(run, { version, healthSeconds: 0 }, await store.restorePoints(version));
    }
  }
  if (savepoint) await takeSavepoint(run, job);
  return job.id;
}
