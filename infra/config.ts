/**
 * The stack's configuration: the only reader of `pulumi.Config`.
 *
 * Defaults live in Pulumi.yaml alone, where `pulumi config` sees them; this file knows what
 * is allowed. `parseConfig` is pure and reports every problem at once.
 */
import * as pulumi from "@pulumi/pulumi";

/** Host ports, each published on 127.0.0.1 only. */
export interface Ports {
  kafka: number;
  flink: number;
  sqlGateway: number;
  postgres: number;
  pgadmin: number;
}

export interface PipelineConfig {
  /** Where images come from: official ones from a registry, or ones built on this machine. */
  images: "registry" | "local";
  /** Rate of the bundled producer, in events per second. */
  eventsPerSecond: number;
  /** Makes the producer's events reproducible; random when absent. */
  producerSeed?: number;
  /** Partitions of the topic; can grow in place, never shrink. */
  partitions: number;
  /** Parallel subtasks of each of the job's operators. */
  parallelism: number;
  /** TaskManager containers; task slots are spread evenly over them. */
  taskManagers: number;
  /** Memory of one TaskManager process, in MiB: heap, managed, network and overhead together. */
  taskManagerMemory: number;
  /** Seconds between two checkpoints: the most that is processed again after a failure. */
  checkpointInterval: number;
  /** Whether the job runs, or waits as a savepoint. */
  desiredState: "running" | "paused";
  /** What becomes of the job's state when its statements change. */
  upgradePolicy: "resume" | "replay" | "stateless";
  /** A change of the text makes the job take a savepoint, or compute its tables anew. */
  savepointTrigger?: string;
  replayTrigger?: string;
  /** Where a replay starts: `beginning`, or a time. */
  replayFrom: string;
  /** Savepoints that are kept; older ones are deleted. */
  savepointsKept: number;
  /** Seconds that a new version of the job must run without a failure, or the one before goes on. */
  healthSeconds: number;
  /** What a destroy leaves: the data, for the next `up` to go on with, or nothing. */
  onDestroy: "retain" | "purge";
  /** Whether the job outlives its JobManager by itself. */
  highAvailability: "none" | "zookeeper";
  /** Whether a change of the DDL may drop or narrow something. */
  allowDestructive: boolean;
  /** Whether a transaction that comes twice counts once; `false` for a source that guarantees it already. */
  deduplicate: boolean;
  /** Where the job's state is: on the heap, or on disk with a cache. */
  stateBackend: "hashmap" | "rocksdb";
  /** Hours that a transaction's id is remembered after it was last seen. */
  deduplicationTtl: number;
  /** First and last day, in UTC, that an event may be of. */
  earliestEventDate: string;
  latestEventDate: string;
  ports: Ports;
  /** Present when an API key is configured; the Agent is left out otherwise. */
  datadog?: { site: string };
}

type Rule =
  | { kind: "integer" | "number"; min: number; max: number; optional?: true }
  | { kind: "choice"; values: readonly string[]; optional?: true }
  | { kind: "date" | "moment"; optional?: true }
  | { kind: "text"; optional?: true };

const port: Rule = { kind: "integer", min: 1, max: 65_535 };

/** Every key that a stack may set, and what its value may be. */
export const RULES: Record<string, Rule> = {
  images: { kind: "choice", values: ["registry", "local"] },
  eventsPerSecond: { kind: "number", min: 0.1, max: 50_000 },
  producerSeed: { kind: "integer", min: 0, max: 2 ** 32 - 1, optional: true },
  partitions: { kind: "integer", min: 1, max: 1_000 },
  parallelism: { kind: "integer", min: 1, max: 128 },
  taskManagers: { kind: "integer", min: 1, max: 16 },
  // Below this Flink's own fixed parts (metaspace, overhead, network) leave no heap to work with.
  taskManagerMemory: { kind: "integer", min: 1_024, max: 65_536 },
  checkpointInterval: { kind: "number", min: 1, max: 3_600 },
  desiredState: { kind: "choice", values: ["running", "paused"] },
  upgradePolicy: { kind: "choice", values: ["resume", "replay", "stateless"] },
  savepointTrigger: { kind: "text", optional: true },
  replayTrigger: { kind: "text", optional: true },
  replayFrom: { kind: "moment" },
  savepointsKept: { kind: "integer", min: 1, max: 1_000 },
  healthSeconds: { kind: "integer", min: 0, max: 3_600 },
  onDestroy: { kind: "choice", values: ["retain", "purge"] },
  highAvailability: { kind: "choice", values: ["none", "zookeeper"] },
  allowDestructive: { kind: "choice", values: ["true", "false"] },
  deduplicate: { kind: "choice", values: ["true", "false"] },
  stateBackend: { kind: "choice", values: ["hashmap", "rocksdb"] },
  deduplicationTtl: { kind: "number", min: 0.1, max: 8_760 },
  earliestEventDate: { kind: "date" },
  latestEventDate: { kind: "date" },
  kafkaPort: port,
  flinkPort: port,
  sqlGatewayPort: port,
  postgresPort: port,
  pgadminPort: port,
  datadogApiKey: { kind: "text", optional: true },
  datadogSite: { kind: "text" },
};

/** Everything that is wrong with a stack's configuration, in one message. */
export class ConfigError extends pulumi.RunError {
  readonly problems: string[];
  constructor(stack: string, problems: string[]) {
    const list = problems.map((problem) => `  - ${problem}`).join("\n");
    super(
      `The configuration of stack '${stack}' has ${problems.length} problem${problems.length === 1 ? "" : "s"}; ` +
        `nothing was changed:\n${list}\nThe keys and their defaults are in Pulumi.yaml; a stack's own values are in Pulumi.${stack}.yaml.`,
    );
    this.problems = problems;
  }
}

/**
 * Checks raw values (`key -> text`, as Pulumi hands them over) against the rules.
 *
 * @param imagesOverride wins over the key `images`: where images come from is a property of the machine
 *   (can it reach a registry?) rather than of the stack.
 * @throws ConfigError naming every unknown key, missing, mistyped or conflicting value.
 */
export function parseConfig(
  stack: string,
  values: Record<string, string>,
  imagesOverride?: string,
): PipelineConfig {
  const problems: string[] = [];
  const given: Record<string, string> = { ...values };
  if (imagesOverride) given.images = imagesOverride;
  for (const [key, rule] of Object.entries(RULES)) {
    const value = given[key];
    if (value !== undefined && (rule.kind === "date" || rule.kind === "moment"))
      given[key] = fromTimestamp(value, rule.kind);
  }

  for (const key of Object.keys(given)) {
    if (!(key in RULES)) problems.push(`${key}: no such key${suggestion(key)}`);
  }
  for (const [key, rule] of Object.entries(RULES)) {
    const problem = check(given[key], rule);
    if (problem) problems.push(`${key}: ${problem}`);
  }
  problems.push(...portConflicts(given));
  if (String(given.earliestEventDate) > String(given.latestEventDate))
    problems.push("earliestEventDate: is after latestEventDate, so that no event would do");
  if (problems.length > 0) throw new ConfigError(stack, problems);

  const number = (key: string): number => Number(given[key]);
  return {
    images: given.images as PipelineConfig["images"],
    eventsPerSecond: number("eventsPerSecond"),
    producerSeed: given.producerSeed === undefined ? undefined : number("producerSeed"),
    partitions: number("partitions"),
    parallelism: number("parallelism"),
    taskManagers: number("taskManagers"),
    taskManagerMemory: number("taskManagerMemory"),
    checkpointInterval: number("checkpointInterval"),
    desiredState: given.desiredState as PipelineConfig["desiredState"],
    upgradePolicy: given.upgradePolicy as PipelineConfig["upgradePolicy"],
    savepointTrigger: given.savepointTrigger || undefined,
    replayTrigger: given.replayTrigger || undefined,
    replayFrom: String(given.replayFrom),
    savepointsKept: number("savepointsKept"),
    healthSeconds: number("healthSeconds"),
    onDestroy: given.onDestroy as PipelineConfig["onDestroy"],
    highAvailability: given.highAvailability as PipelineConfig["highAvailability"],
    allowDestructive: given.allowDestructive === "true",
    deduplicate: given.deduplicate === "true",
    stateBackend: given.stateBackend as PipelineConfig["stateBackend"],
    deduplicationTtl: number("deduplicationTtl"),
    earliestEventDate: String(given.earliestEventDate),
    latestEventDate: String(given.latestEventDate),
    ports: {
      kafka: number("kafkaPort"),
      flink: number("flinkPort"),
      sqlGateway: number("sqlGatewayPort"),
      postgres: number("postgresPort"),
      pgadmin: number("pgadminPort"),
    },
    datadog: given.datadogApiKey ? { site: given.datadogSite as string } : undefined,
  };
}

/** Reads the running stack's configuration. The Datadog key stays a secret: only its presence is looked at. */
export function loadConfig(): { config: PipelineConfig; datadogApiKey?: pulumi.Output<string> } {
  const project = pulumi.getProject();
  const prefix = `${project}:`;
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const config = parseConfig(pulumi.getStack(), values, process.env.COMMERCE_IMAGES);
  return { config, datadogApiKey: config.datadog && new pulumi.Config().requireSecret("datadogApiKey") };
}

function check(value: string | undefined, rule: Rule): string | undefined {
  if (value === undefined || value === "") {
    return rule.optional ? undefined : "has no value";
  }
  switch (rule.kind) {
    case "text":
      return undefined;
    case "date":
      return isDate(value) ? undefined : `'${value}' is not a date like 2000-01-31`;
    case "moment":
      return value === "beginning" || isTime(value)
        ? undefined
        : `'${value}' is neither beginning nor a time like 2000-01-31T12:00:00Z`;
    case "choice":
      return rule.values.includes(value) ? undefined : `'${value}' is not one of ${rule.values.join(", ")}`;
    default: {
      const number = Number(value);
      const noun = rule.kind === "integer" ? "a whole number" : "a number";
      const fits =
        (rule.kind === "integer" ? Number.isInteger(number) : Number.isFinite(number)) &&
        number >= rule.min &&
        number <= rule.max;
      return fits ? undefined : `'${value}' is not ${noun} from ${rule.min} to ${rule.max}`;
    }
  }
}

/** YAML takes a date or time without quotes for a timestamp, and Pulumi hands that over as Go prints it. */
function fromTimestamp(value: string, kind: "date" | "moment"): string {
  const [, date, time, zone] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \S+$/.exec(value) ?? [];
  if (date === undefined || zone === undefined) return value;
  return kind === "date" ? date : `${date}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`;
}

function isDate(value: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  // JavaScript takes 31 April for 1 May.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** A date, a time and its zone: without one it would be another moment on another machine. */
function isTime(value: string): boolean {
  const date = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(value)?.[1];
  return date !== undefined && isDate(date) && !Number.isNaN(Date.parse(value));
}

function portConflicts(values: Record<string, string>): string[] {
  const byPort = new Map<string, string[]>();
  for (const key of Object.keys(RULES).filter((name) => name.endsWith("Port"))) {
    const value = values[key];
    if (value) byPort.set(value, [...(byPort.get(value) ?? []), key]);
  }
  return [...byPort]
    .filter(([, keys]) => keys.length > 1)
    .map(([value, keys]) => `${keys.join(" and ")}: both ask for port ${value}`);
}

/** The nearest known key, when it is near enough to be a slip of the finger. */
function suggestion(key: string): string {
  const [nearest] = Object.keys(RULES)
    .map((known) => ({ known, distance: editDistance(key.toLowerCase(), known.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= 3 ? `; did you mean ${nearest.known}?` : "";
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
