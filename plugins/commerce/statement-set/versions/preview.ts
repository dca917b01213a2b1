/** What an update would do to the job, told in a preview: nothing is touched. */
import { describeVerdict } from "../plan/describe.ts";
import { compareWith, compile } from "./compile.ts";
import { decide } from "./decide.ts";
import { currentVersion } from "./history.ts";
import { liveJobs } from "./launch.ts";
import { refuseLoss, refuseUnknown } from "./resume.ts";
import { type Run, wantedOf } from "./run.ts";
import { expiredEvents, refuseExpired } from "./source.ts";

/** @throws Error if the statements do not compile, or if `resume` cannot honour the change */
export async function preview(run: Run): Promise<void> {
  const { cluster, store, news, hash, gateway, progress } = run;
  const wanted = wantedOf(run);
  const { action } = decide(wanted, await liveJobs(cluster, news.name), store.history);
  const tell = (line: string) => progress.log("info", `job ${news.name}: ${line}`);
  if (action.kind === "adopt") return;
  if (action.kind === "pause")
    return tell(action.job ? "is stopped with a savepoint, to go on from there later" : "stays paused");
  const before = currentVersion(store.history);
  // A mistake in the statements is told whatever is to be done with them.
  const after = before?.hash === hash ? undefined : await compile(gateway, store, news);
  switch (action.kind) {
    case "replay":
      if (!action.isRepair && news.replayFrom === "beginning") refuseExpired(news, await expiredEvents(run));
      if (wanted.lostRows.length > 0)
        tell(`${wanted.lostRows.join(", ")}: made again, so the rows of before are not there`);
      return tell("all tables are computed anew; readers see the old ones until it is done");
    case "start":
      refuseUnknown(news, before, action.job);
      return tell("starts without state, from the beginning of the topic");
  }
  if (!after) return tell("starts again from its last savepoint or checkpoint");
  const verdict = await compareWith(store, action.before, after);
  refuseLoss(verdict);
  for (const line of describeVerdict(verdict)) tell(line);
}
