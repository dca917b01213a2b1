/** One measured run: submits a variant, which reads the topic to its end, and times it until its tables are complete. */
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "../plugins/commerce/clients/flink-rest.ts";
import { splitStatements } from "../plugins/commerce/sql/statements.ts";
import { cancel } from "../plugins/commerce/statement-set/job.ts";
import { runStatements } from "../plugins/commerce/statement-set/run-statements.ts";
import { differences, originalDifferences, originalFaults } from "./check.ts";
import type { Dataset } from "./dataset/load.ts";
import { type Schema, withSchema } from "./schema.ts";
import type { Job } from "./sql.ts";
import { type Bench, restartTaskManager, STACK } from "./stack.ts";
import { type Usage, watchUsage } from "./usage.ts";
import { originalTables, type Variant } from "./variants.ts";

export interface Drain {
  variant: string;
  /** From the first running subtask of a source to the first poll that found complete tables. */
  seconds: number;
  eventsPerSecond: number;
  usage: Usage;
  /** What was still wrong when the tables stopped changing; empty if they are exact. */
  differences: string[];
  /** What violates the data contract although the variant finished. */
  faults: string[];
  /** The machine's load average over one minute, before the run. */
  load: number;
}

/** Between two polls of the tables: the resolution of the measured time. */
const POLL_MS = 50;
/** A job that is behind writes several times a second; without a write for this long it has stopped. */
const STALLED_MS = 20_000;
const TIMEOUT_MS = 240_000;

/** Runs the variant in a fresh TaskManager, after the same variant has warmed it up with a small dataset. */
export async function measure(
  bench: Bench,
  variant: Variant,
  warmUp: Dataset,
  dataset: Dataset,
  afterwards?: (schema: Schema) => Promise<void>,
): Promise<Drain> {
  const [load = 0] = os.loadavg();
  await restartTaskManager(bench);
  await drain(bench, variant, warmUp);
  return { ...(await drain(bench, variant, dataset, afterwards)), load };
}

let runs = 0;

async function drain(
  bench: Bench,
  variant: Variant,
  dataset: Dataset,
  afterwards: (schema: Schema) => Promise<void> = async () => undefined,
): Promise<Drain> {
  const name = `run_${++runs}`;
  const tables = variant.tables === "original" ? originalTables() : bench.tables;
  return withSchema(bench.outputs.postgresUrl as string, name, tables, async (schema) => {
    const job = variant.job(bench.jobs, { topic: dataset.topic, consumerGroup: name, schema: name });
    const poll = pollOf(variant, job, dataset, schema);
    const usage = await watchUsage(bench.container);
    const jobId = await submitAs(bench, name, job);
    try {
      const { at, left } = poll
        ? await untilComplete(bench, jobId, schema, poll)
        : await untilFinished(bench, jobId);
      const used = await usage.stop();
      const seconds = (at - (await firstRunning(bench, jobId))) / 1000;
      const faults = variant.tables === "original" ? await originalFaults(schema, dataset) : [];
      await afterwards(schema);
      return {
        variant: variant.name,
        seconds,
        eventsPerSecond: dataset.messages / seconds,
        usage: used,
        differences: left,
        faults,
        load: 0,
      };
    } finally {
      await usage.stop().catch(() => undefined);
      await cancel(bench.flink, jobId);
    }
  });
}

/** Submits a job under a name that the benchmark's clean-up recognises. */
export async function submitAs(bench: Bench, name: string, { files, settings }: Job): Promise<string> {
  const options = { ...settings, "pipeline.name": `${STACK}-${name}` };
  const statements = splitStatements(files);
  const jobId = await bench.gateway.withSession(options, (session) => runStatements(session, statements));
  if (jobId === undefined) throw new Error(`The SQL Gateway accepted ${name} but returned no job id`);
  return jobId;
}

type Poll = () => Promise<string[]>;

function pollOf(variant: Variant, job: Job, dataset: Dataset, schema: Schema): Poll | undefined {
  switch (variant.tables) {
    case "none":
      return undefined;
    case "original":
      return () => originalDifferences(schema, dataset);
    default: {
      const expected = dataset[variant.tables];
      return () => differences(schema, expected, job);
    }
  }
}

interface End {
  /** Unix milliseconds. */
  at: number;
  left: string[];
}

async function untilComplete(bench: Bench, jobId: string, schema: Schema, poll: Poll): Promise<End> {
  const deadline = Date.now() + TIMEOUT_MS;
  let seen = "";
  let changedAt = Date.now();
  let nextJobCheck = 0;
  for (;;) {
    const at = Date.now();
    const left = await poll();
    if (left.length === 0) return { at, left };
    if (at > nextJobCheck) {
      await mustRun(bench, jobId);
      const now = JSON.stringify(await schema.query("SELECT * FROM sales_per_category ORDER BY 1, 2"));
      if (now !== seen) [seen, changedAt] = [now, at];
      nextJobCheck = at + 1_000;
    }
    if (at - changedAt > STALLED_MS) return { at: changedAt, left };
    if (at > deadline) throw new Error(`Not drained after ${TIMEOUT_MS / 1000} s: ${left.join("; ")}`);
    await sleep(POLL_MS);
  }
}

async function untilFinished(bench: Bench, jobId: string): Promise<End> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadline) {
    const { timestamps } = (await rest(bench, `/jobs/${jobId}`)) as { timestamps: Record<string, number> };
    if (timestamps.FINISHED) return { at: timestamps.FINISHED, left: [] };
    await sleep(250);
  }
  throw new Error(`Job ${jobId} has not finished after ${TIMEOUT_MS / 1000} s`);
}

async function mustRun({ flink }: Bench, jobId: string): Promise<void> {
  const job = (await flink.jobs()).find(({ id }) => id === jobId);
  const [failure] = await flink.failures(jobId);
  if (failure) throw new Error(`Job ${jobId} failed: ${failure.message}`);
  if (job === undefined || hasEnded(job)) throw new Error(`Job ${jobId} ended unexpectedly`);
}

/** Unix milliseconds at which the first subtask of any source started running, as Flink recorded it. */
async function firstRunning(bench: Bench, jobId: string): Promise<number> {
  const { vertices } = (await rest(bench, `/jobs/${jobId}`)) as { vertices: { id: string; name: string }[] };
  const times = await Promise.all(
    vertices
      .filter(({ name }) => name.startsWith("Source"))
      .map(({ id }) => rest(bench, `/jobs/${jobId}/vertices/${id}/subtasktimes`)),
  );
  return Math.min(
    ...(times as { subtasks: { timestamps: Record<string, number> }[] }[]).flatMap(({ subtasks }) =>
      subtasks.map(({ timestamps }) => timestamps.RUNNING || Number.POSITIVE_INFINITY),
    ),
  );
}

async function rest({ outputs }: Bench, path: string): Promise<unknown> {
  return (await fetch(`${outputs.flinkUrl}${path}`)).json();
}
