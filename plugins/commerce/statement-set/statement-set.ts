/** `commerce:flink:StatementSet`: a statement set that runs as exactly one job. */
import { STATE_DIRECTORY } from "../../../facts/pipeline.ts";
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import { clusterFiles } from "../clients/cluster-files.ts";
import type { FlinkCluster } from "../clients/flink-rest.ts";
import type { ConnectKafka } from "../clients/kafka-admin.ts";
import type { ConnectPostgres } from "../clients/postgres.ts";
import type { SqlGateway } from "../clients/sql-gateway.ts";
import { REACHABLE_TIMEOUT_SECONDS, retryUntilReachable, Unreachable } from "../clients/unreachable.ts";
import { splitStatements } from "../sql/statements.ts";
import { checkStatementSet } from "./check.ts";
import { diffStatementSet, fingerprint, type StatementSetInputs, type StatementSetOutputs } from "./diff.ts";
import { cancel } from "./job.ts";
import { parseJobScript } from "./job-script.ts";
import { converge } from "./versions/converge.ts";
import { decide } from "./versions/decide.ts";
import { currentVersion, type History, summarize, summarizeReads } from "./versions/history.ts";
import { isOtherTopic } from "./versions/ledger.ts";
import { liveJobs } from "./versions/live-jobs.ts";
import { preview } from "./versions/preview.ts";
import type { Run } from "./versions/run.ts";
import { stop } from "./versions/stop.ts";
import { VersionStore } from "./versions/store.ts";

type StatementSetState = State<StatementSetInputs, StatementSetOutputs>;

interface Clients {
  /** @param timeoutSeconds how long to wait for a gateway that is starting; default 60 */
  gatewayAt(url: string, timeoutSeconds?: number, signal?: AbortSignal): SqlGateway;
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
      stateDirectory: news.stateDirectory ?? STATE_DIRECTORY,
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
    // The cluster may not exist yet.
    if (context.preview) return { id: news.name, outputs: news as StatementSetOutputs };
    return { id: news.name, outputs: await this.#converge(news, context) };
  }

  async update(_id: string, _olds: StatementSetState, news: StatementSetInputs, context: OperationContext) {
    if (!context.preview) return { outputs: await this.#converge(news, context) };
    // The topic's id is unknown if the topic is about to be created. A preview looks for itself.
    const { topicId: _, ...known } = news;
    if (!containsUnknown(known)) await this.#preview(known, context);
    return { outputs: news as StatementSetOutputs };
  }

  async read(
    id: string,
    { inputs, outputs }: Partial<StatementSetState>,
    signal?: AbortSignal,
  ): Promise<({ id: string } & StatementSetState) | undefined> {
    if (!inputs)
      throw new Error(
        `Job ${id} cannot be imported, as its SQL is not known. Declare it: a running job is adopted.`,
      );
    const { version = 0, versions: tried = [], reads } = outputs ?? {};
    let versions: ReturnType<typeof versionOutputs> = { version, versions: tried, reads };
    const observed = (state: string, jobId = outputs?.jobId ?? "") => ({
      id,
      inputs,
      outputs: { ...inputs, ...versions, jobId, state },
    });
    try {
      const files = clusterFiles(this.#clients.gatewayAt(inputs.gatewayUrl, 0), inputs.stateDirectory);
      const { history } = await VersionStore.open(files, id, inputs.stateDirectory);
      versions = versionOutputs(history);
      const cluster = this.#clients.clusterAt(inputs.restUrl);
      const live = await liveJobs(cluster, id, signal);
      const wanted = fingerprint(splitStatements(inputs.files), inputs.settings);
      const own = live.find((job) => job.hash === wanted && !job.isShadow);
      if (await this.#readsOtherTopic(inputs, history)) return observed("OTHER_TOPIC", own?.id);
      if (live.length > 1) return observed("DUPLICATED", (own ?? live[0])?.id);
      if (own) return observed(own.state === "RUNNING" && history.needsReplay ? "STALE" : own.state, own.id);
      const [other] = live;
      if (other) return observed("CHANGED", other.id);
      // No job runs, as intended.
      if (outputs?.state === "PAUSED") return observed("PAUSED");
      const ended = (await cluster.jobs()).find((job) => job.id === outputs?.jobId);
      return observed(ended?.state ?? "MISSING");
    } catch (error) {
      // The job may exist or not. The next update looks again.
      if (!(error instanceof Unreachable)) throw error;
      return observed("UNREACHABLE");
    }
  }

  async delete(id: string, { inputs }: StatementSetState, context: OperationContext): Promise<void> {
    const cluster = this.#clients.clusterAt(inputs.restUrl);
    try {
      const { signal } = context;
      const look = () => liveJobs(cluster, id, signal);
      const live = await retryUntilReachable(REACHABLE_TIMEOUT_SECONDS, look, signal);
      if (inputs.onDestroy === "retain" && live.length > 0)
        await this.#withRun(inputs, context, async (run) => {
          const paused = { ...inputs, hash: run.hash, desiredState: "paused", lostRows: [] } as const;
          const { action } = decide(paused, live, run.store.history);
          if (action.job) await stop(run, action.job);
          await run.store.expire(inputs.savepointsKept);
        });
      for (const job of await look()) {
        context.status(`cancelling job ${id} (${job.id})`);
        await cancel(cluster, job.id, signal);
      }
    } catch (error) {
      if (!(error instanceof Unreachable) || inputs.onDestroy !== "retain") throw error;
      // The volume keeps its checkpoints.
      context.log("warning", `job ${id} leaves no savepoint, only its last checkpoint: ${error.message}`);
    }
  }

  async #readsOtherTopic({ source }: StatementSetInputs, history: History): Promise<boolean> {
    const current = currentVersion(history);
    if (!current?.ledger) return false;
    try {
      const kafka = await this.#clients.connectKafka(source.bootstrapServers, 0);
      const topicId = await kafka.topicId(source.topic).finally(kafka.close);
      return isOtherTopic(current, topicId);
    } catch (error) {
      // The `Topic` resource says that Kafka does not answer. The next update looks again.
      if (!(error instanceof Unreachable)) throw error;
      return false;
    }
  }

  async #converge(news: StatementSetInputs, context: OperationContext): Promise<StatementSetOutputs> {
    return this.#withRun(news, context, async (run) => {
      const jobId = await converge(run);
      return {
        ...news,
        jobId: jobId ?? "",
        state: jobId === undefined ? "PAUSED" : "RUNNING",
        ...versionOutputs(run.store.history),
      };
    });
  }

  async #preview(news: StatementSetInputs, context: OperationContext): Promise<void> {
    try {
      await this.#withRun(news, context, preview);
    } catch (error) {
      // The cluster may not run yet: that must not fail a preview.
      if (!(error instanceof Unreachable)) throw error;
      context.log("info", `the effect on the job's state is unknown: ${error.message}`);
    }
  }

  async #withRun<T>(
    news: StatementSetInputs,
    progress: OperationContext,
    use: (run: Run) => Promise<T>,
  ): Promise<T> {
    const { gatewayAt, clusterAt, connectPostgres, connectKafka } = this.#clients;
    const script = parseJobScript(news.files);
    const hash = fingerprint(script.statements, news.settings);
    const gateway = gatewayAt(news.gatewayUrl, REACHABLE_TIMEOUT_SECONDS, progress.signal);
    const files = clusterFiles(gateway, news.stateDirectory);
    const store = await VersionStore.open(files, news.name, news.stateDirectory);
    const cluster = clusterAt(news.restUrl);
    return use({ cluster, gateway, store, connectPostgres, connectKafka, news, script, hash, progress });
  }
}

function versionOutputs(history: History): Pick<StatementSetOutputs, "version" | "versions" | "reads"> {
  const version = currentVersion(history)?.version ?? 0;
  return { version, versions: summarize(history), reads: summarizeReads(history) };
}
