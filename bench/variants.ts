/** What is measured: the original, this project's pipeline, and that pipeline without each of its guarantees. */
import * as fs from "node:fs";
import * as path from "node:path";
import { addressOf, SERVICES, writerJdbcUrl } from "../facts/pipeline.ts";
import {
  fill,
  intoBlackhole,
  type Job,
  retarget,
  type Target,
  without,
  withoutWindows,
  withSettings,
  withSinkOption,
} from "./sql.ts";

/** The project's own job as its stack submits it, by the value of the config key `deduplicate`. */
export interface ProjectJobs {
  everything: Job;
  withoutDeduplication: Job;
}

export interface Variant {
  name: string;
  title: string;
  /** What the result is checked against: whose tables, and how duplicates count. */
  tables: "original" | "once" | "each" | "none";
  job(project: ProjectJobs, target: Target): Job;
}

const read = (file: string) => fs.readFileSync(path.join(import.meta.dirname, file), "utf8");

function original(target: Target): Job {
  const { topic, consumerGroup, schema } = target;
  const kafkaBootstrapServers = addressOf(SERVICES.kafka);
  const jdbcUrl = `${writerJdbcUrl()}&currentSchema=${schema}`;
  const file = "bench/original/flink.sql";
  const sql = fill(read("original/flink.sql"), { kafkaBootstrapServers, topic, consumerGroup, jdbcUrl });
  return { files: [{ path: file, sql }], settings: {} };
}

export const originalTables = (): string => read("original/postgres.sql");

const ours = (change: (project: ProjectJobs) => Job) => (project: ProjectJobs, target: Target) =>
  retarget(change(project), target);

/** Without what the original does not have. */
const fourTables = (job: Job) => withoutWindows(without(job, "dead_letters", "duplicates", "events_read"));

export const VARIANTS: readonly Variant[] = [
  {
    name: "original",
    title: "The original's SQL",
    tables: "original",
    job: (_project, target) => original(target),
  },
  {
    name: "everything",
    title: "Everything on",
    tables: "once",
    job: ours(({ everything }) => everything),
  },
  {
    name: "no-deduplication",
    title: "… without de-duplication",
    tables: "each",
    job: ours(({ withoutDeduplication }) => withoutDeduplication),
  },
  {
    name: "no-dead-letters",
    title: "… without dead letters",
    tables: "once",
    job: ours(({ everything }) => without(everything, "dead_letters")),
  },
  {
    name: "no-windows",
    title: "… without live windows",
    tables: "once",
    job: ours(({ everything }) => withoutWindows(everything)),
  },
  {
    name: "no-undo",
    title: "… without undo after a failure",
    tables: "once",
    job: ours(({ everything }) => withSinkOption(everything, "sink.journal", "false")),
  },
  {
    name: "no-checkpoints",
    title: "… without checkpoints",
    tables: "once",
    job: ours(({ everything }) =>
      withSettings(everything, { "execution.checkpointing.interval": undefined }),
    ),
  },
  {
    name: "state-on-heap",
    title: "… with state on the heap",
    tables: "once",
    job: ours(({ everything }) => withSettings(everything, { "state.backend.type": "hashmap" })),
  },
  {
    name: "parallelism-1",
    title: "… at parallelism 1",
    tables: "once",
    job: ours(({ everything }) => withSettings(everything, { "parallelism.default": "1" })),
  },
  {
    name: "four-tables",
    title: "The original's four tables only, exact",
    tables: "each",
    job: ours(({ withoutDeduplication }) => fourTables(withoutDeduplication)),
  },
  {
    name: "original-parallel",
    title: "The original's SQL at parallelism 2",
    tables: "original",
    job: (_project, target) => withSettings(original(target), { "parallelism.default": "2" }),
  },
  {
    name: "blackhole",
    title: "Floor: source and parse into a blackhole",
    tables: "none",
    job: ({ withoutDeduplication }, target) => {
      const totals = ["sales_per_category", "sales_per_day", "sales_per_month"];
      return intoBlackhole(retarget(without(fourTables(withoutDeduplication), ...totals), target));
    },
  },
];
