/** Goes on with the state and the tables after the topic was deleted and created again. */
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { withNewSources } from "../plan/edit.ts";
import { postgresSinks } from "../plan/postgres-sinks.ts";
import { carryOffsets } from "../replay/earlier-topic.ts";
import { compareWith, compile } from "./compile.ts";
import type { LiveJob } from "./decide.ts";
import type { Version } from "./history.ts";
import { launchFrom } from "./launch.ts";
import { carriedOver } from "./ledger.ts";
import { LossRefused, positionsAt } from "./loss.ts";
import { beginVersion, refuseLoss, stopForUpgrade, withRollback } from "./resume.ts";
import type { Run } from "./run.ts";
import { withSinkDatabase } from "./sink-database.ts";
import { topicIdOf, topicOffsets } from "./source.ts";

/**
 * Reads the new topic from its beginning, with the sums and the remembered ids of the earlier one. The user has
 * consented to it.
 *
 * @returns the job's id
 */
export async function carryOver(run: Run, before: Version, job: LiveJob | undefined): Promise<string> {
  const { store, news, progress } = run;
  const topicId = await topicIdOf(run);
  if (!before.ledger || topicId === undefined) throw new Error(`There is no topic ${news.source.topic}`);
  const plan = await planOf(run, before);
  const points = await stopForUpgrade(run, before, job);
  const [from] = points;
  if (from === undefined)
    throw new LossRefused(
      `Job ${news.name} was lost with its state, so it cannot go on with the tables as they are. ` +
        `Set upgradePolicy to "stateless" to empty the tables, after a copy of each, and rebuild them from topic ${news.source.topic}.`,
    );
  const ledger = carriedOver(before.ledger, await positionsAt(run, from), topicId, await topicOffsets(run));
  const version = await beginVersion(run, withNewSources(plan), "starting", ledger);
  // New events must not overwrite rows of earlier ones that have the same partition and offset.
  await withSinkDatabase(run, (database) => carryOffsets(database, postgresSinks(plan)));
  const jobId = await withRollback(run, before, version, points, () =>
    launchFrom(
      run,
      { version, dropsState: true, restartsSources: true, healthSeconds: news.healthSeconds },
      points,
    ),
  );
  await store.promote(version.version);
  progress.log(
    "warning",
    `job ${news.name} goes on with the tables of the earlier topic; it reads topic ${topicId} from its beginning`,
  );
  return jobId;
}

async function planOf({ store, hash, ...run }: Run, before: Version): Promise<CompiledPlan> {
  const same = before.hash === hash ? await store.plan(before.version) : undefined;
  if (same) return same;
  const verdict = await compareWith(store, before, await compile({ store, hash, ...run }));
  refuseLoss(verdict);
  return verdict.plan;
}
