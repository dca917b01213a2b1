/** Says what an update would do to the job. Nothing is changed. */
import { describeVerdict } from "../plan/describe.ts";
import { compile } from "./compile.ts";
import { decide, type LiveJob } from "./decide.ts";
import { currentVersion, type Version, versionOf } from "./history.ts";
import { liveJobs } from "./live-jobs.ts";
import { lossOf, refuseLostEvents, refuseOtherTopic } from "./loss.ts";
import { refuseLoss, refuseUnknown } from "./resume.ts";
import type { Run } from "./run.ts";
import { expiredEvents, refuseExpired } from "./source.ts";
import { judge } from "./verdict.ts";
import { wantedOf } from "./wanted.ts";

/** @throws Error if the statements do not compile, or if the upgrade policy cannot be followed */
export async function preview(run: Run): Promise<void> {
  const { cluster, store, news, hash, progress } = run;
  const wanted = await wantedOf(run);
  const { action } = decide(wanted, await liveJobs(cluster, news.name, progress.signal), store.history);
  const say = (line: string) => progress.log("info", `job ${news.name}: ${line}`);
  if (action.kind === "adopt") return refuseGapOfRestarting(run, action.job);
  if (action.kind === "pause")
    return say(action.job ? "is stopped with a savepoint, to resume from it later" : "stays paused");
  const before = currentVersion(store.history);
  // Compiled whatever the action is, so that a mistake in the statements is reported.
  const after = before?.hash === hash ? undefined : await compile(run);
  switch (action.kind) {
    case "replay":
      if (!action.isRepair && news.replayFrom === "beginning") refuseExpired(news, await expiredEvents(run));
      if (wanted.lostRows.length > 0) say(`${wanted.lostRows.join(", ")}: recreated, and without their rows`);
      return say("all tables are rebuilt from the topic; readers see the old rows until it is done");
    case "carryOver":
      refuseOtherTopic(news, action.before, wanted.topicId);
      return say("goes on with the tables as they are, and reads the new topic from its beginning");
    case "start":
      refuseUnknown(news, before, action.job);
      return say("starts without state, from the beginning of the topic");
  }
  if (!action.job) await refuseGap(run, action.before);
  if (!after) return say("starts again from its last savepoint or checkpoint");
  const verdict = await judge(run, action.before, after, true);
  refuseLoss(verdict);
  for (const line of describeVerdict(verdict)) say(line);
}

/** A job that restarts again and again may do so because events that it has not read are gone. */
async function refuseGapOfRestarting(run: Run, { state, version }: LiveJob): Promise<void> {
  const own = state === "RUNNING" ? undefined : versionOf(run.store.history, version);
  if (own) await refuseGap(run, own);
}

/** A job that does not run starts from its newest savepoint or checkpoint. */
async function refuseGap(run: Run, before: Version): Promise<void> {
  if (run.news.upgradePolicy === "stateless") return;
  const [from] = await run.store.restorePoints(before);
  const loss = from === undefined ? undefined : await lossOf(run, before.ledger, from);
  if (loss) refuseLostEvents(run.news, loss);
}
