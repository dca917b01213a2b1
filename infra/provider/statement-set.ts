/** `commerce:flink:StatementSet`: one statement set, running as one job, at most once. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../plugin/provider.ts";
import { type FlinkCluster, hasEnded, type Job } from "./clients/flink-rest.ts";
import type { ConnectPostgres } from "./clients/postgres.ts";
import type { SqlGateway } from "./clients/sql-gateway.ts";
import { cancel, FINGERPRINT, messageOf, type Progress, submit, untilHealthy, validate } from "./job.ts";
import { isStateGone, isStateUnusable } from "./restore-error.ts";
import { checkSinks } from "./sinks.ts";
import {
  checkStatementSet,
  diffStatementSet,
  fingerprint,
  type StatementSetInputs,
  type StatementSetOutputs,
} from "./statement-set-diff.ts";
import { patiently, Unreachable } from "./unreachable.ts";
import { waitFor } from "./wait.ts";

const PATIENCE_SECONDS = 60;
/** A savepoint of large state, under backpressure, takes its time. */
const SAVEPOINT_TIMEOUT_SECONDS = 180;
const INITIALIZING_TIMEOUT_SECONDS = 60;

type StatementSetState = State<StatementSetInputs, StatementSetOutputs>;
type LiveJob = Job & { fingerprint?: string };

export class StatementSetHandler implements ResourceHandler<StatementSetInputs, StatementSetOutputs> {
  readonly #gatewayAt: (url: string) => SqlGateway;
  readonly #clusterAt: (url: string) => FlinkCluster;
  readonly #connectPostgres: ConnectPostgres;

  constructor(
    gatewayAt: (url: string) => SqlGateway,
    clusterAt: (url: string) => FlinkCluster,
    connectPostgres: ConnectPostgres,
  ) {
    this.#gatewayAt = gatewayAt;
    this.#clusterAt = clusterAt;
    this.#connectPostgres = connectPostgres;
  }

  check(news: StatementSetInputs): CheckResult<StatementSetInputs> {
    const inputs: StatementSetInputs = {
      ...news,
      settings: news.settings ?? {},
      upgradePolicy: news.upgradePolicy ?? "resume",
      startTimeoutSeconds: news.startTimeoutSeconds ?? 120,
    };
    return { inputs, failures: checkStatementSet(inputs) };
  }

  diff(_id: string, olds: StatementSetState, news: StatementSetInputs): Diff {
    return diffStatementSet(olds, news);
  }

  async create(news: StatementSetInputs, context: OperationContext) {
    return { id: news.name, outputs: await this.#converge(news, undefined, context) };
  }

  async update(_id: string, olds: StatementSetState, news: StatementSetInputs, context: OperationContext) {
    return { outputs: await this.#converge(news, olds, context) };
  }

  async read(
    id: string,
    { inputs, outputs }: Partial<StatementSetState>,
  ): Promise<({ id: string } & StatementSetState) | undefined> {
    if (!inputs)
      throw new Error(
        `Job ${id} cannot be imported: its SQL is not known. Declare it; a job that runs is adopted.`,
      );
    const before: Partial<StatementSetOutputs> = { ...outputs, lastCheckpoint: undefined };
    const jobId = outputs?.jobId ?? "";
    const seen = (observed: Partial<StatementSetOutputs>) => ({
      id,
      inputs,
      outputs: { ...inputs, restoredFrom: before.restoredFrom, jobId, state: "MISSING", ...observed },
    });
    try {
      const cluster = this.#clusterAt(inputs.restUrl);
      const live = await liveJobs(cluster, id);
      const wanted = fingerprint(inputs.files, inputs.settings);
      const own = live.find((job) => job.fingerprint === wanted);
      if (live.length > 1) return seen({ state: "DUPLICATED", jobId: (own ?? live[0])?.id ?? jobId });
      if (own) return seen({ state: own.state, jobId: own.id });
      const [other] = live;
      if (other) return seen({ state: "CHANGED", jobId: other.id });
      const ended = (await cluster.jobs()).find((job) => job.id === jobId);
      if (!ended) return seen({});
      return seen({ state: ended.state, lastCheckpoint: (await cluster.checkpoints(jobId)).latestPath });
    } catch (error) {
      // Neither there nor gone: the next update looks again, when the cluster may be back.
      if (!(error instanceof Unreachable)) throw error;
      return seen({ state: "UNREACHABLE", lastCheckpoint: outputs?.lastCheckpoint });
    }
  }

  async delete(id: string, olds: StatementSetState, context: OperationContext): Promise<void> {
    const cluster = this.#clusterAt(olds.inputs.restUrl);
    for (const job of await patiently(PATIENCE_SECONDS, () => liveJobs(cluster, id))) {
      context.status(`cancelling job ${id} (${job.id})`);
      await cancel(cluster, job.id, context.signal);
    }
  }

  /** Looks at what runs under the name and does what is missing: nothing, a start, or a change of version. */
  async #converge(
    news: StatementSetInputs,
    olds: StatementSetState | undefined,
    context: OperationContext,
  ): Promise<StatementSetOutputs> {
    const cluster = this.#clusterAt(news.restUrl);
    const gateway = this.#gatewayAt(news.gatewayUrl);
    const live = await patiently(PATIENCE_SECONDS, () => liveJobs(cluster, news.name));
    const wanted = fingerprint(news.files, news.settings);
    const own = live.find((job) => job.fingerprint === wanted);

    const kept = own ?? live[0];
    if (kept) await cancelOthers(cluster, news.name, kept.id, context);

    if (own) {
      if (own.id !== olds?.outputs.jobId)
        context.log("info", `job ${news.name} runs already (${own.id}): adopted`);
      await untilHealthy(cluster, own.id, news, context);
      return { ...news, jobId: own.id, state: "RUNNING", restoredFrom: olds?.outputs.restoredFrom };
    }
    await checkSinks(news.files, news.catalogue, this.#connectPostgres);
    if (kept) return replaceVersion({ cluster, gateway, news, olds, running: kept, progress: context });
    return startAfresh({ cluster, gateway, news, olds, progress: context });
  }
}

interface Start {
  cluster: FlinkCluster;
  gateway: SqlGateway;
  news: StatementSetInputs;
  olds?: StatementSetState;
  progress: Progress;
}

/** Stops what runs, keeping its state, and starts the new version from there; if that fails, the old one again. */
async function replaceVersion(start: Start & { running: LiveJob }): Promise<StatementSetOutputs> {
  const { cluster, gateway, news, olds, running, progress } = start;
  await validate(gateway, news);
  const from = await stop(cluster, running, news, progress);
  try {
    return await launch(start, news.upgradePolicy === "stateless" ? undefined : from);
  } catch (error) {
    // Only what this resource started itself can be started again.
    const rollback = olds && running.fingerprint === fingerprint(olds.inputs.files, olds.inputs.settings);
    const state = from ? ` Its state is kept in ${from}.` : "";
    if (!rollback) throw new Error(`${messageOf(error)}${state}`, { cause: error });
    progress.log("warning", `job ${news.name}: the new version does not start; the one before goes on`);
    await launch({ ...start, news: olds.inputs }, from).catch((second: unknown) => {
      throw new Error(`${messageOf(error)} Nor did the version before: ${messageOf(second)}${state}`, {
        cause: error,
      });
    });
    const known = `${messageOf(error)} The version before runs again, from where it stopped.`;
    throw new Error(`${known}${wayOut(error)}`, { cause: error });
  }
}

function wayOut(error: unknown): string {
  return isStateUnusable(error)
    ? ' The new statements cannot take over its state: set upgradePolicy to "stateless" to start them without.'
    : "";
}

/** No such job runs: starts it from the newest state that is still there. */
async function startAfresh(start: Start): Promise<StatementSetOutputs> {
  const { news, olds, progress } = start;
  const { lastCheckpoint, restoredFrom } = olds?.outputs ?? {};
  const known = news.upgradePolicy === "stateless" ? [] : [lastCheckpoint, restoredFrom];
  // Any of them gives the same tables: each holds the sums and the offsets that belong together.
  for (const from of new Set(known.filter((path) => path !== undefined))) {
    try {
      return await launch(start, from);
    } catch (error) {
      if (!isStateGone(error)) throw new Error(`${messageOf(error)}${wayOut(error)}`, { cause: error });
      progress.log("warning", `job ${news.name}: ${from} is gone`);
    }
  }
  if (olds)
    progress.log(
      "warning",
      `job ${news.name} was lost with its state: it starts again where its source says, and builds its tables anew`,
    );
  return launch(start, undefined);
}

async function launch(start: Start, from?: string): Promise<StatementSetOutputs> {
  const { cluster, gateway, news, progress } = start;
  const jobId = await submit(gateway, news, progress, from);
  let others = 0;
  try {
    // An earlier run that was killed may have left the gateway with a statement that becomes a job only now,
    // and takes the slots of this one.
    const meanwhile = async () => {
      others += await cancelOthers(cluster, news.name, jobId, progress);
    };
    await untilHealthy(cluster, jobId, news, progress, meanwhile);
  } catch (error) {
    // What was just started and does not work must not go on trying behind the user's back.
    await cancel(cluster, jobId).catch((failure: unknown) => progress.log("warning", messageOf(failure)));
    throw error;
  }
  if (others === 0)
    return { ...news, jobId, state: "RUNNING", ...(from === undefined ? {} : { restoredFrom: from }) };
  // Two wrote to the same rows, and the older sums may have come last: going over it again sets every row right.
  await cancel(cluster, jobId);
  return launch(start, from);
}

/** @returns the savepoint or checkpoint that holds the job's state, if it has any */
async function stop(
  cluster: FlinkCluster,
  job: LiveJob,
  { name, upgradePolicy }: StatementSetInputs,
  progress: Progress,
): Promise<string | undefined> {
  progress.status(`stopping job ${name} (${job.id}) with a savepoint`);
  try {
    return await cluster.stopWithSavepoint(job.id, SAVEPOINT_TIMEOUT_SECONDS);
  } catch (error) {
    // A job that is down at the moment cannot take one; its last checkpoint holds the same.
    const { latestPath } = await cluster.checkpoints(job.id);
    const instead = latestPath ? `its checkpoint ${latestPath} serves instead` : "it has no state yet";
    progress.log("warning", `job ${name} takes no savepoint (${messageOf(error)}); ${instead}`);
    if (upgradePolicy === "resume" && !latestPath && job.state === "RUNNING") throw error;
    await cancel(cluster, job.id, progress.signal);
    return latestPath;
  }
}

/**
 * A second job of the name can only be somebody's hand, or a run that was killed while another began.
 *
 * @returns how many there were
 */
async function cancelOthers(
  cluster: FlinkCluster,
  name: string,
  kept: string,
  progress: Progress,
): Promise<number> {
  const others = (await liveJobs(cluster, name)).filter((job) => job.id !== kept);
  for (const { id } of others) {
    progress.log("warning", `cancelling ${id}: job ${name} runs more than once`);
    await cancel(cluster, id, progress.signal);
  }
  return others.length;
}

async function liveJobs(cluster: FlinkCluster, name: string): Promise<LiveJob[]> {
  const jobs = await waitFor({
    what: `job ${name} to leave the state INITIALIZING, in which it does not yet say what it runs`,
    timeoutSeconds: INITIALIZING_TIMEOUT_SECONDS,
    probe: async () => {
      const live = (await cluster.jobs()).filter((job) => job.name === name && !hasEnded(job));
      return live.some((job) => job.state === "INITIALIZING") ? undefined : live;
    },
  });
  const live = await Promise.all(
    jobs.map(async (job) => ({ ...job, fingerprint: (await cluster.parameters(job.id))[FINGERPRINT] })),
  );
  // The longest-running one first: it holds the most state.
  return live.sort((a, b) => a.startTime - b.startTime);
}
