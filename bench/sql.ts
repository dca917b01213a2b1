/** Named changes of a job's SQL. Pure. A change that finds nothing to change throws. */
import type { SqlFile } from "../plugins/commerce/sql/statements.ts";

/** A job: its SQL and the Flink options of its session. */
export interface Job {
  files: SqlFile[];
  settings: Record<string, string>;
}

export interface Target {
  topic: string;
  consumerGroup: string;
  /** Postgres schema that the job writes to. */
  schema: string;
}

/** The same job on another topic, into another schema. */
export function retarget(job: Job, target: Target): Job {
  let { files } = job;
  files = replace(files, /'topic' = '[^']*'/g, `'topic' = '${target.topic}'`);
  files = replace(
    files,
    /'properties\.group\.id' = '[^']*'/g,
    `'properties.group.id' = '${target.consumerGroup}'`,
  );
  files = replace(files, /(jdbc:postgresql:[^'?]*\?)/g, `$1currentSchema=${target.schema}&`);
  return { ...job, files };
}

/** Without the INSERTs into these tables. */
export function without(job: Job, ...tables: string[]): Job {
  const files = tables.reduce(
    (sql, table) => replace(sql, new RegExp(`^INSERT INTO ${table}\\b[^;]*;\\n`, "gm"), ""),
    job.files,
  );
  return { ...job, files };
}

/** Without the live windows: neither their tables nor the minute by which the sums behind the totals are split for them. */
export function withoutWindows(job: Job): Job {
  const { files } = without(job, "sales_per_minute", "late_events");
  const minute = /,\s*CASE WHEN in_time\b[^,;]*\bEND(?: AS minute_end)?(?=[,;])/g;
  return { ...job, files: replace(files, minute, "") };
}

export function withSettings(job: Job, settings: Record<string, string | undefined>): Job {
  const merged = Object.entries({ ...job.settings, ...settings });
  return {
    ...job,
    settings: Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

/** Adds an option to every table that is written to Postgres. */
export function withSinkOption(job: Job, name: string, value: string): Job {
  const files = replace(job.files, /'connector' = 'commerce-postgres'/g, `$&, '${name}' = '${value}'`);
  return { ...job, files };
}

/** Reads the topic up to its current end and writes to no table. */
export function intoBlackhole(job: Job): Job {
  let { files } = job;
  files = replace(
    files,
    /WITH \(\s*'connector' = 'commerce-postgres'[^;]*?\)\s*;/g,
    "WITH ('connector' = 'blackhole');",
  );
  files = replace(
    files,
    /'scan\.startup\.mode' = 'earliest-offset'/g,
    "'scan.startup.mode' = 'earliest-offset',\n  'scan.bounded.mode' = 'latest-offset'",
  );
  return { ...job, files };
}

/** Fills in `${name}`. */
export function fill(sql: string, parameters: Record<string, string>): string {
  return sql.replace(/\$\{(\w+)\}/g, (placeholder, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`no value for ${placeholder}`);
    return value;
  });
}

function replace(files: SqlFile[], pattern: RegExp, replacement: string): SqlFile[] {
  let found = 0;
  const changed = files.map((file) => {
    found += [...file.sql.matchAll(pattern)].length;
    return { ...file, sql: file.sql.replace(pattern, replacement) };
  });
  if (found === 0) throw new Error(`No match of ${pattern} in ${files.map(({ path }) => path).join(", ")}`);
  return changed;
}
