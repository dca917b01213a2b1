/** What a run does about a job that is left of an earlier run, which was killed, or whose next event has expired. */
import { describe, expect, it } from "vitest";
import type { ClusterFile, ClusterFiles } from "../../../../../../plugins/commerce/clients/cluster-files.ts";
import type { FlinkCluster, Job } from "../../../../../../plugins/commerce/clients/flink-rest.ts";
import { adopt } from "../../../../../../plugins/commerce/statement-set/versions/adopt.ts";
import type { LiveJob } from "../../../../../../plugins/commerce/statement-set/versions/decide.ts";
import {
  addVersion,
  currentVersion,
  NO_HISTORY,
  promote,
} from "../../../../../../plugins/commerce/statement-set/versions/history.ts";
import { launchFrom } from "../../../../../../plugins/commerce/statement-set/versions/launch.ts";
import { liveJobs } from "../../../../../../plugins/commerce/statement-set/versions/live-jobs.ts";
import { LossRefused } from "../../../../../../plugins/commerce/statement-set/versions/loss.ts";
import { replay } from "../../../../../../plugins/commerce/statement-set/versions/replay.ts";
import { stopForUpgrade } from "../../../../../../plugins/commerce/statement-set/versions/resume.ts";
import type { Run } from "../../../../../../plugins/commerce/statement-set/versions/run.ts";
import { VersionStore } from "../../../../../../plugins/commerce/statement-set/versions/store.ts";
import { planText } from "../plan/plans.ts";

const OLD = "aaaaaa01";
const NEW = "bbbbbb02";
const OLD_CHECKPOINT = { path: `checkpoints/${OLD}/chk-1/_metadata`, modified: 1 };
const OLD_SAVEPOINT = { path: "savepoints/savepoint-aaaaaa-x/_metadata", modified: 2 };

const job = (id: string, version: number, state = "RUNNING"): LiveJob => ({
  ...{ id, version, state, hash: `h${version}`, isShadow: false, name: "pipeline", startTime: 0 },
  tasks: { total: 1, running: 1 },
});

/** Version 1 is current, with job OLD. Version 2 was starting when its run was killed. */
async function world(live: LiveJob[], state: ClusterFile[]) {
  const texts = new Map([["versions/pipeline/next/plan.json", planText("base")]]);
  const files: ClusterFiles = {
    read: async (path) => texts.get(path),
    write: async (path, text) => void texts.set(path, text),
    list: async (folder) => state.filter(({ path }) => path.startsWith(`${folder}/`)),
    positions: async () => [{ topic: "events", partition: 0, offset: 3n }],
    delete: async () => undefined,
  };
  const store = await VersionStore.open(files, "pipeline", "/r");
  const at = new Date(0);
  const [first] = addVersion(NO_HISTORY, { hash: "h1", settings: {}, outcome: "starting" }, at);
  const [second] = addVersion(promote(first, 1), { hash: "h2", settings: {}, outcome: "starting" }, at);
  await store.save(second);
  await store.addJob(1, OLD);
  const end = (id: string, ended: string) => {
    for (const job of live) if (job.id === id) job.state = ended;
  };
  const cluster = {
    jobs: async (): Promise<Job[]> => live,
    parameters: async () => ({}),
    failures: async () => [],
    checkpoints: async () => ({ completed: 9 }),
    triggerCheckpoint: async () => undefined,
    cancel: async (id: string) => end(id, "CANCELED"),
    stopWithSavepoint: async (id: string) => {
      end(id, "FINISHED");
      return `file:/r/savepoints/of-${id}`;
    },
  };
  const progress = { log: () => undefined, status: () => undefined, signal: undefined };
  const news = { name: "pipeline", upgradePolicy: "resume", savepointsKept: 5, healthSeconds: 0 };
  const connectKafka = async () => ({
    topicId: async () => "topic-1",
    offsets: async () => [{ partition: 0, earliest: 5n, latest: 9n }],
    close: async () => undefined,
  });
  const run = {
    ...{
      cluster,
      store,
      progress,
      connectKafka,
      hash: "h2",
      script: { statements: [] },
      gateway: { withSession: async () => undefined },
    },
    news: { ...news, startTimeoutSeconds: 1, replayFrom: "beginning", source: { topic: "events" } },
  } as unknown as Run;
  return {
    run,
    cluster,
    store,
    current: () => currentVersion(store.history) as NonNullable<ReturnType<typeof currentVersion>>,
  };
}

describe("after a killed run", () => {
  it("resumes from a savepoint that the run had requested, as the checkpoints were deleted with the job", async () => {
    const { run, current } = await world([], [OLD_SAVEPOINT]);
    expect(await stopForUpgrade(run, current(), undefined)).toEqual([
      "file:/r/savepoints/savepoint-aaaaaa-x",
    ]);
    expect(current().savepoints).toHaveLength(1);
  });

  it("finds that savepoint even if it completes only now", async () => {
    const running = job(OLD, 1);
    const state = [OLD_CHECKPOINT];
    const { run, cluster, current } = await world([running], state);
    cluster.stopWithSavepoint = async () => {
      throw new Error("Another one is under way");
    };
    cluster.cancel = async () => {
      state.splice(0, 1, OLD_SAVEPOINT);
      running.state = "FINISHED";
    };
    expect(await stopForUpgrade(run, current(), running)).toEqual(["file:/r/savepoints/savepoint-aaaaaa-x"]);
  });

  it("never uses the state of another version", async () => {
    const left = job(NEW, 2);
    const { run, current } = await world([left], [OLD_CHECKPOINT]);
    expect(await stopForUpgrade(run, current(), left)).toEqual([`file:/r/checkpoints/${OLD}/chk-1`]);
    expect(left.state).toBe("CANCELED");
  });

  it("records the job that the run had submitted, so that its checkpoints can be used", async () => {
    const left = job(NEW, 2);
    const { run, store } = await world([left], []);
    expect(await adopt(run, { kind: "adopt", job: left, wantsSavepoint: false })).toBe(NEW);
    expect(currentVersion(store.history)).toMatchObject({ version: 2, jobs: [NEW] });
  });

  it("adopts that job even if a replay is due but the events have expired", async () => {
    const left = job(NEW, 2);
    const { run, current } = await world([left], []);
    const action = { kind: "replay", job: left, before: current(), isRepair: true } as const;
    expect(await replay(run, action)).toBe(NEW);
    expect(current()).toMatchObject({ version: 2, jobs: [NEW] });
  });

  it("waits for a job that the run was cancelling, until it is aborted itself", async () => {
    const ending = job(NEW, 2, "CANCELLING");
    const { cluster } = await world([ending], []);
    const look = (signal?: AbortSignal) => liveJobs(cluster as unknown as FlinkCluster, "pipeline", signal);
    await expect(look(AbortSignal.timeout(5))).rejects.toThrow(/abort/);
    setTimeout(() => (ending.state = "CANCELED"), 50);
    expect(await look()).toEqual([]);
  });
});

describe("a job that fails because its next event has expired", () => {
  async function failing() {
    const left = job(OLD, 1, "RESTARTING");
    const found = await world([left], [OLD_CHECKPOINT]);
    const ledger = { topicId: "topic-1", begin: {}, skipped: {}, carried: 0 };
    await found.store.change(1, () => ({ ledger }));
    const failure = (at: number) => ({
      at,
      message: "Fetch position is out of range for partition events-0",
    });
    let looks = 0;
    const cluster = { ...found.cluster, failures: async () => [failure(looks++)] };
    return { left, run: { ...found.run, hash: "h1", cluster } as unknown as Run };
  }

  it("is cancelled, and the events are named", async () => {
    const { left, run } = await failing();
    const adopted = adopt(run, { kind: "adopt", job: left, wantsSavepoint: false });
    await expect(adopted).rejects.toThrow(
      "Topic events no longer has 2 events that job pipeline has not read: 2 in partition 0 (offsets 3 to 4)",
    );
    expect(left.state).toBe("CANCELED");
  });
});

describe("a job that was lost with its state", () => {
  it("is not started without state if the topic does not have all events of the tables", async () => {
    const { run, current } = await world([], []);
    const stateless = { ...run, news: { ...run.news, upgradePolicy: "stateless" as const } };
    const start = { version: current(), healthSeconds: 0 };
    await expect(launchFrom(stateless, start, [])).rejects.toBeInstanceOf(LossRefused);
  });
});
