/** The facts of a stack on which nothing is wrong, and parts of it to break. */
import type { DoctorFacts, InspectedContainer, LiveFacts } from "../../../../cli/doctor/facts.ts";
import type { FlinkJob } from "../../../../cli/flink-job.ts";
import { type Account, accountOf } from "../../../../cli/report/account.ts";
import type { StackReport } from "../../../../cli/report/facts.ts";
import { observed } from "../observed.ts";

export const prefix = "commerce-pipeline-dev";
const services = ["jobmanager", "kafka", "pgadmin", "postgres", "producer", "sql-gateway", "taskmanager"];

const container = (service: string): InspectedContainer => ({
  id: service,
  name: `${prefix}-${service}`,
  service,
  state: "running",
  health: "healthy",
  ports: [],
  image: service,
  exitCode: 0,
  isOutOfMemory: false,
  error: "",
  restarts: 0,
  age: 3_600_000,
  networks: [prefix],
  healthOutput: "",
  log: [],
});

const job: FlinkJob = {
  id: "abc",
  name: prefix,
  state: "RUNNING",
  since: undefined,
  checkpointBytes: undefined,
  restarts: 0,
  age: 65_000,
  checkpointAge: 3_000,
  checkpoints: 6,
  checkpointFailure: undefined,
  failure: undefined,
};

export const account: Account = accountOf(observed(100, { transactions: 96, duplicates: 3, deadLetters: 1 }));

const report: StackReport = {
  project: { name: "commerce-pipeline", stack: "dev" },
  isDockerThere: true,
  containers: [],
  volumes: [],
  outputs: { jobId: "abc", topic: "financial_transactions" },
  job: { ok: true, value: job },
  paused: false,
  savepoint: undefined,
  rows: { ok: true, value: { transactions: 96 } },
  deadLetters: [],
  account,
  accountError: undefined,
  producer: { sent: 100, acknowledged: 100, eventsPerSecond: 5 },
  uncommitted: 2,
  missingTables: [],
  storage: undefined,
  drift: undefined,
  reads: undefined,
  isOtherTopic: false,
  kafkaError: undefined,
};

const live: LiveFacts = {
  otherCheckout: undefined,
  containers: services.map(container),
  otherContainers: ["another"],
  volumes: [`${prefix}-kafka-data`, `${prefix}-postgres-data`],
  networks: [prefix],
  missingImages: [],
  machine: {
    ports: [{ key: "kafkaPort", port: 9092, heldBy: undefined }],
    memory: { available: 4e9, where: "on this machine" },
    disk: { available: 50e9, folder: "/var/lib/docker" },
  },
  clockSkewMs: 3,
  report,
  job: {
    slots: { total: 2, taskManagers: 1 },
    others: [],
  },
  hasTopic: true,
  owner: { ok: true, value: undefined },
  writer: { ok: true, value: undefined },
  gateway: { ok: true, value: {} },
  pgAdmin: { ok: true, value: "PING" },
  lockHolders: [],
  alteredColumns: [],
  notWritable: [],
  // The tour sends one on purpose.
  deadLetters: { recent: 3, events: 300, reason: "not JSON: ends after 0 bytes" },
};

export const healthy: DoctorFacts & { readonly live: LiveFacts } = {
  stack: "dev",
  project: "commerce-pipeline",
  configProblems: [],
  locks: [],
  stateError: undefined,
  recorded: {
    containers: services.map((service) => `${prefix}-${service}`),
    volumes: [`${prefix}-kafka-data`, `${prefix}-postgres-data`],
    network: prefix,
  },
  docker: undefined,
  live,
};

export function withLive(change: Partial<LiveFacts>): DoctorFacts {
  return { ...healthy, live: { ...live, ...change } };
}

export function withReport(change: Partial<StackReport>): DoctorFacts {
  return withLive({ report: { ...report, ...change } });
}

export function withJob(change: Partial<FlinkJob>): DoctorFacts {
  return withReport({ job: { ok: true, value: { ...job, ...change } } });
}

/** The healthy facts, in which one service's container differs. */
export function withContainer(service: string, change: Partial<InspectedContainer>): DoctorFacts {
  return withLive({
    containers: live.containers.map((one) => (one.service === service ? { ...one, ...change } : one)),
  });
}

export function withoutContainers(...gone: readonly string[]): DoctorFacts {
  return withLive({ containers: live.containers.filter(({ service }) => !gone.includes(service)) });
}
