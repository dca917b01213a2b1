/** `commerce:flink:StatementSet`: one statement set, running as one job, at most once. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../plugin/provider.ts";
import { containsUnknown } from "../../plugin/values.ts";
import { clusterFiles } from "./clients/cluster-files.ts";
import type { FlinkCluster } from "./clients/flink-rest.ts";
import type { ConnectKafka } from "./clients/kafka-admin.ts";
import type { ConnectPostgres } from "./clients/postgres.ts";
import type { SqlGateway } from "./clients/sql-gateway.ts";
import { cancel } from "./job.ts";
import { checkSinks } from "./sinks.ts";
import { checkStatementSet } from "./statement-set-check.ts";
import {
  diffStatementSet,
  fingerprint,
  type StatementSetInputs,
  type StatementSetOutputs,
} from "./statement-set-diff.ts";
import { patiently, Unreachable } from "./unreachable.ts";
import { type Action, decide } from "./versions/decide.ts";
import { foretell } from "./versions/foretell.ts";
import { summarize, winner } from "./versions/history.ts";
import { keep } from "./versions/keep.ts";
import { liveJobs } from "./versions/launch.ts";
import { recover, replay } from "./versions/replay.ts";
import { resume, startAfresh } from "./versions/resume.ts";
import { type Run, wantedOf } from "./versions/run.ts";
import { stop } from "./versions/stop.ts";
import { VersionStore } from "./versions/store.ts";

const PATIENCE_SECONDS = 60;

type StatementSetState = State<StatementSetInputs, StatementSetOutputs>;

export interface Clients {
  gatewayAt(url: string): SqlGateway;
  clusterAt(url: string): FlinkCluster;
  connectPostgres: ConnectPostgres;
  connectKafka: ConnectKafka;
}

export class StatementSetHandler implements ResourceHandler<StatementSetInputs, StatementSetOutputs> {
  /** A preview says what a change of the statements means for the job's state. */
  readonly supportsPreview = true;
  readonly #clients: Clients;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  check(news: StatementSetInputs): CheckResult<StatementSetInputs> {
    const inputs: StatementSetInputs = {
      ...news,
      settings: news.settings ?? {},
      stateDirectory: news.stateDirectory ?? "/opt/flink/state",
      desiredState: news.desiredState ?? "running",
      upgradePolicy: news.upgradePolicy ?? "resume",
      replayFrom: news.replayFrom ?? "beginning",
      savepointsKept: news.savepointsKept ?? 5,
      onDestroy: news.onDestroy ?? "purge",
      startTimeoutSeconds: news.startTimeoutSeconds ?? 120,
      healthSeconds: news.healthSeconds ?? 10,
    };
    return { inputs, failures: checkStatementSet(inputs) };
  }

  diff(_id: string, olds: StatementSetState, news: StatementSetInputs): Diff {
    return diffStatementSet(olds, news);
  }

  async create(news: StatementSetInputs, context: OperationContext) {
    // What is not there yet cannot be asked.
    if (context.preview) return { id: news.name, outputs: news as StatementSetOutputs };
    return { id: news.name, outputs: await this.#converge(news, context) };
  }

  async update(_id: string, _olds: StatementSetState, news: StatementSetInputs, context: OperationContext) {
    if (!context.preview) return { outputs: await this.#converge(news, context) };
    if (!containsUnknown(news)) await this.#foretell(news, context);
    return { outputs: news as StatementSetOutputs };
  }

  async read(
    id: string,
    { inputs, outputs }: Partial<StatementSetState>,
  ): Promise<({ id: string } & StatementSetState) | undefined> {
    if (!inputs)
      throw new Error(
        `Job ${id} cannot be imported: its SQL is not known. Declare it; a job that runs is adopted.`,
      );
    const before = { version: outputs?.version ?? 0, versions: outputs?.versions ?? [] };
    const seen = (state: string, jobId = outputs?.jobId ?? "") => ({
      id,
      inputs,
      outputs: { ...inputs, ...before, jobId, state },
    });
    try {
      const cluster = this.#clients.clusterAt(inputs.restUrl);
      const live = await liveJobs(cluster, id);
      const wanted = fingerprint(inputs.files, inputs.settings);
      const own = live.find((job) => job.hash === wanted && !job.shadow);
      if (live.length > 1) return seen("DUPLICATED", (own ?? live[0])?.id);
      if (own) return seen(own.state, own.id);
      const [other] = live;
      if (other) return seen("CHANGED", other.id);
      // That nothing runs is as it should be.
      if (outputs?.state === "PAUSED") return seen("PAUSED");
      const ended = (await cluster.jobs()).find((job) => job.id === outputs?.jobId);
      return seen(ended?.state ?? "MISSING");
    } catch (error) {
      // Neither there nor gone: the next update looks again, when the cluster may be back.
      if (!(error instanceof Unreachable)) throw error;
      return seen("UNREACHABLE");
    }
  }

  async delete(id: string, { inputs }: StatementSetState, context: OperationContext): Promise<void> {
    const cluster = this.#clients.clusterAt(inputs.restUrl);
    try {
      const live = await patiently(PATIENCE_SECONDS, () => liveJobs(cluster, id));
      if (inputs.onDestroy === "retain" && live.length > 0)
        await this.#withRun(inputs, context, async (run) => {
          const { action } = decide({ ...wantedOf(run), desiredState: "paused" }, live, run.store.history);
          if (action.job) await stop(run, action.job);
        });
      for (const job of await liveJobs(cluster, id)) {
        context.status(`cancelling job ${id} (${job.id})`);
        await cancel(cluster, job.id, context.signal);
      }
    } catch (error) {
      if (!(error instanceof Unreachable) || inputs.onDestroy !== "retain") throw error;
      // Its checkpoints are kept with the volume.
      context.log("warning", `job ${id} leaves no savepoint, only its last checkpoint: ${error.message}`);
    }
  }

  /** Looks at what runs under the name and does what is missing: nothing, a start, or a change of version. */
  async #converge(news: StatementSetInputs, context: OperationContext): Promise<StatementSetOutputs> {
    return this.#withRun(news, context, async (run) => {
      const { cluster, store } = run;
      const live = await patiently(PATIENCE_SECONDS, () => liveJobs(cluster, news.name));
      for (const { id, shadow } of live) if (shadow) await cancel(cluster, id, context.signal);
      await recover(run);
      const normal = live.filter(({ shadow }) => !shadow);
      const { action, strangers } = decide(wantedOf(run), normal, store.history);
      for (const { id } of strangers) {
        context.log("warning", `cancelling ${id}: job ${news.name} runs more than once`);
        await cancel(cluster, id, context.signal);
      }
      const jobId = await this.#act(run, action);
      const { savepointTrigger, replayTrigger } = news;
      await store.save({
        ...store.history,
        handled: { savepointTrigger, replayTrigger },
        columns: jobId === undefined ? store.history.columns : news.columns,
      });
      if (jobId !== undefined) await store.deleteCheckpointsBut(jobId);
      return {
        ...news,
        jobId: jobId ?? "",
        state: jobId === undefined ? "PAUSED" : "RUNNING",
        version: winner(store.history)?.version ?? 0,
        versions: summarize(store.history),
      };
    });
  }

  /** @returns the id of the job that runs now, if one is to */
  async #act(run: Run, action: Action): Promise<string | undefined> {
    if (action.kind === "pause") {
      if (action.job) await stop(run, action.job);
      return undefined;
    }
    if (action.kind === "keep") return keep(run, action);
    await checkSinks(run.news.files, run.news.catalogue, this.#clients.connectPostgres);
    if (action.kind === "replay") return replay(run, action);
    if (action.kind === "resume") return resume(run, action.before, action.job);
    return startAfresh(run, winner(run.store.history), action.job);
  }

  async #foretell(news: StatementSetInputs, context: OperationContext): Promise<void> {
    try {
      await this.#withRun(news, context, foretell);
    } catch (error) {
      // A preview changes nothing, and says nothing of a cluster that does not run.
      if (!(error instanceof Unreachable)) throw error;
      context.log("info", `what becomes of the job's state is not foretold: ${error.message}`);
    }
  }

  async #withRun<T>(
    news: StatementSetInputs,
    progress: OperationContext,
    use: (run: Run) => Promise<T>,
  ): Promise<T> {
    const { gatewayAt, clusterAt, connectPostgres, connectKafka } = this.#clients;
    const gateway = gatewayAt(news.gatewayUrl);
    const files = clusterFiles(gateway, news.stateDirectory);
    const store = await VersionStore.open(files, news.name, news.stateDirectory);
    const hash = fingerprint(news.files, news.settings);
    const cluster = clusterAt(news.restUrl);
    return use({ cluster, gateway, store, connectPostgres, connectKafka, news, hash, progress });
  }
}
