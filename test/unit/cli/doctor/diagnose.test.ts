import { describe, expect, it } from "vitest";
import { diagnose } from "../../../../cli/doctor/diagnose.ts";
import type { DoctorFacts } from "../../../../cli/doctor/facts.ts";
import { hintsFor } from "../../../../cli/hints.ts";
import type { TopicChange } from "../../../../cli/report/drift.ts";
import {
  account,
  healthy,
  prefix,
  withContainer,
  withJob,
  withLive,
  withoutContainers,
  withReport,
} from "./healthy.ts";

const hint = hintsFor({ stack: "dev" }, {});
const up = "npx commerce up";
const found = (facts: DoctorFacts) => diagnose(facts, hint);
const failed = (error: string) => ({ ok: false, error }) as const;
const lock = { pid: 7, hostname: "other", timestamp: "2026-01-31T12:00:00Z" };
const withTopicChange = (change: TopicChange) =>
  withReport({
    drift: { missing: { containers: [], volumes: [], network: undefined }, topic: [change], columns: [] },
  });
const everything = ["jobmanager", "kafka", "pgadmin", "postgres", "producer", "sql-gateway", "taskmanager"];

/** What is broken, the facts, the code and the command of the only cause. */
const broken: [what: string, facts: DoctorFacts, code: string, fix: string | RegExp][] = [
  [
    "Docker is down",
    {
      ...healthy,
      docker: { error: "connect ECONNREFUSED", advice: "Start it: sudo systemctl start docker" },
      live: undefined,
    },
    "docker-down",
    /systemctl start docker/,
  ],
  [
    "the user may not use Docker",
    { ...healthy, docker: { error: "connect EACCES", advice: "join the group `docker`" }, live: undefined },
    "docker-not-permitted",
    /group `docker`/,
  ],
  [
    "a key is out of range",
    { ...healthy, configProblems: ["partitions: '0' is not from 1 to 128"] },
    "config-invalid",
    "npx commerce config set partitions VALUE",
  ],
  [
    "the passphrase is wrong",
    { ...healthy, stateError: "incorrect passphrase", recorded: undefined },
    "state-unreadable",
    /passphrase/,
  ],
  [
    "a lock of another machine is left",
    { ...healthy, locks: [{ ...lock, state: "elsewhere" }] },
    "lock-left",
    "npx commerce cancel --yes",
  ],
  ["a run was killed", { ...healthy, locks: [{ ...lock, state: "ended" }] }, "run-killed", up],
  [
    "the disk is full",
    withLive({ machine: { ...healthy.live.machine, disk: { available: 1e8, folder: "/" } } }),
    "disk-full",
    "docker system df",
  ],
  [
    "memory is low",
    withLive({ machine: { ...healthy.live.machine, memory: { available: 1e8, where: "on this machine" } } }),
    "memory-low",
    "docker stats --no-stream",
  ],
  ["Docker's clock is ahead", withLive({ clockSkewMs: 90_000 }), "clock-skew", /timedatectl/],
  [
    "another checkout has the stack",
    withLive({ otherCheckout: "/other" }),
    "other-checkout",
    `${up} --take-over`,
  ],
  ["the stack is not up", { ...withoutContainers(...everything), recorded: undefined }, "not-up", up],
  ["the state is gone", { ...healthy, recorded: undefined }, "containers-without-state", up],
  ["all containers are gone", withoutContainers(...everything), "containers-gone", up],
  [
    "another container has the name of a removed one",
    {
      ...healthy,
      live: {
        ...healthy.live,
        containers: healthy.live.containers.filter(({ service }) => service !== "pgadmin"),
        otherContainers: [`${prefix}-pgadmin`],
      },
    },
    "name-taken",
    `docker rm --force ${prefix}-pgadmin`,
  ],
  [
    "the topic was changed",
    withTopicChange({ setting: "retention.ms", recorded: "-1", actual: "60000" }),
    "topic-altered",
    up,
  ],
  [
    "partitions were added",
    withTopicChange({ setting: "partitions", recorded: "2", actual: "3" }),
    "topic-altered",
    "npx commerce config set partitions 3",
  ],
  [
    "the database was dropped",
    withLive({ owner: failed('database "kafka_commerce" does not exist') }),
    "database-missing",
    `docker restart ${prefix}-postgres`,
  ],
  [
    "the writer cannot log in",
    withLive({ writer: failed("too many connections for role") }),
    "writer-login",
    up,
  ],
  [
    "a session holds a lock",
    withLive({
      report: { ...healthy.live.report, rows: failed("no answer") },
      lockHolders: [{ pid: 77, session: "postgres, psql", waiting: 2 }],
    }),
    "lock-held",
    /pg_terminate_backend\(77\)/,
  ],
  [
    "another job writes the same tables",
    withLive({
      job: {
        slots: undefined,
        others: ["def"],
      },
    }),
    "unexpected-job",
    up,
  ],
  [
    "all containers and volumes are gone",
    withLive({ containers: [], volumes: [] }),
    "everything-gone",
    "npx commerce destroy --purge",
  ],
  ["the network is gone", withLive({ networks: [] }), "network-missing", up],
  ["a volume is gone", withLive({ volumes: [`${prefix}-kafka-data`] }), "volume-missing", up],
  ["an image is gone", withLive({ missingImages: ["commerce-flink:1"] }), "image-missing", up],
  ["a container was removed", withoutContainers("pgadmin"), "container-missing", up],
  [
    "a container was stopped",
    withContainer("kafka", { state: "exited", exitCode: 143 }),
    "container-stopped",
    up,
  ],
  [
    "a container was killed",
    withContainer("postgres", { state: "exited", exitCode: 137 }),
    "container-stopped",
    up,
  ],
  [
    "a container is paused",
    withContainer("kafka", { state: "paused" }),
    "container-paused",
    `docker unpause ${prefix}-kafka`,
  ],
  [
    "a container has crashed",
    withContainer("producer", { state: "exited", exitCode: 2, log: ["RATE is not a number", ""] }),
    "container-crashed",
    "npx commerce logs producer",
  ],
  [
    "a container needed too much memory",
    withContainer("taskmanager", { state: "exited", exitCode: 137, isOutOfMemory: true }),
    "container-out-of-memory",
    "npx commerce config set taskManagerMemory MIB",
  ],
  [
    "a container crashes at every start",
    withContainer("sql-gateway", { state: "restarting", restarts: 4, exitCode: 1 }),
    "container-crashing",
    "npx commerce logs sql-gateway",
  ],
  [
    "a container crashes between restarts",
    withContainer("sql-gateway", { health: "starting", restarts: 4, age: 5_000 }),
    "container-crashing",
    "npx commerce logs sql-gateway",
  ],
  [
    "a container was never started",
    withContainer("kafka", { state: "created", error: "no such file" }),
    "container-not-started",
    up,
  ],
  [
    "another program has a stopped container's port",
    {
      ...withContainer("kafka", { state: "exited", exitCode: 128 }),
      live: {
        ...healthy.live,
        containers: healthy.live.containers.map((one) =>
          one.service === "kafka" ? { ...one, state: "exited", exitCode: 128 } : one,
        ),
        machine: {
          ...healthy.live.machine,
          ports: [{ key: "kafkaPort", port: 9092, heldBy: { kind: "process", pid: 42, command: "nc -l" } }],
        },
      },
    },
    "port-taken",
    "kill 42",
  ],
  [
    "a container is not healthy",
    withContainer("pgadmin", { health: "unhealthy", healthOutput: "wget: server returned error\n" }),
    "container-unhealthy",
    `docker restart ${prefix}-pgadmin`,
  ],
  [
    "the producer is not healthy",
    withContainer("producer", { health: "unhealthy" }),
    "container-unhealthy",
    "npx commerce logs producer",
  ],
  [
    "a container is starting",
    withContainer("pgadmin", { health: "starting" }),
    "container-starting",
    "npx commerce doctor",
  ],
  [
    "a container was disconnected",
    withContainer("kafka", { networks: [] }),
    "not-in-network",
    `docker network connect --alias kafka ${prefix} ${prefix}-kafka`,
  ],
  [
    "Kafka does not answer",
    withReport({ kafkaError: "no answer within 10 s" }),
    "kafka-unreachable",
    `docker restart ${prefix}-kafka`,
  ],
  ["the topic was deleted", withLive({ hasTopic: false }), "topic-missing", up],
  ["the topic was created again", withReport({ isOtherTopic: true }), "topic-recreated", up],
  [
    "the owner's password differs",
    withLive({ owner: failed('password authentication failed for user "postgres"') }),
    "owner-password",
    `docker restart ${prefix}-postgres`,
  ],
  [
    "Postgres does not answer",
    withLive({ owner: failed("no answer within 10 s") }),
    "postgres-unreachable",
    `docker restart ${prefix}-postgres`,
  ],
  [
    "the reader's password differs",
    withReport({ rows: failed('password authentication failed for user "commerce_reader"') }),
    "reader-password",
    up,
  ],
  [
    "the reader has lost its privileges",
    withReport({ rows: failed("permission denied for table transactions") }),
    "reader-privileges",
    up,
  ],
  [
    "the writer's password differs",
    withLive({ writer: failed('password authentication failed for user "flink_writer"') }),
    "writer-password",
    up,
  ],
  [
    "the writer has lost its privileges",
    withLive({ notWritable: ["transactions"] }),
    "writer-privileges",
    up,
  ],
  ["a table was dropped", withReport({ missingTables: ["duplicates"] }), "table-missing", up],
  ["a column was changed", withLive({ alteredColumns: ["transactions.amount"] }), "table-altered", up],
  ["the job is paused", withReport({ paused: true, job: undefined }), "job-paused", "npx commerce resume"],
  ["the job was never submitted", withReport({ job: undefined, outputs: {} }), "job-missing", up],
  [
    "the JobManager has lost the job",
    withReport({ job: failed("Flink's JobManager: GET /jobs/abc: Job abc not found") }),
    "job-lost",
    up,
  ],
  [
    "the JobManager does not answer",
    withReport({ job: failed("no answer within 10 s") }),
    "flink-unreachable",
    `docker restart ${prefix}-jobmanager`,
  ],
  ["the job was canceled", withJob({ state: "CANCELED" }), "job-canceled", up],
  ["the job has failed", withJob({ state: "FAILED", failure: "NullPointerException" }), "job-failing", up],
  [
    "the job restarts",
    withJob({ state: "RESTARTING", failure: "some reason" }),
    "job-failing",
    "npx commerce logs taskmanager jobmanager",
  ],
  [
    "the job cannot log in",
    withJob({
      state: "RESTARTING",
      failure: 'FATAL: password authentication failed for user "flink_writer"',
    }),
    "writer-password",
    up,
  ],
  [
    "events of the job have expired",
    withJob({ state: "RESTARTING", failure: "Fetch position is out of range" }),
    "events-expired",
    up,
  ],
  [
    "there are not enough slots",
    withJob({ state: "RESTARTING", failure: "NoResourceAvailableException" }),
    "slots-missing",
    up,
  ],
  [
    "checkpoints fail",
    withJob({ checkpointAge: 60_000, checkpointFailure: "expired before completing" }),
    "checkpoints-failing",
    "npx commerce logs jobmanager",
  ],
  [
    "there has been no checkpoint for long",
    withJob({ checkpointAge: 3_600_000 }),
    "checkpoints-missing",
    "npx commerce logs jobmanager",
  ],
  [
    "rows were deleted",
    withReport({ account: { ...account, missing: 5 } }),
    "rows-missing",
    "npx commerce replay",
  ],
  [
    "rows were added",
    withReport({ account: { ...account, missing: -5 } }),
    "rows-extra",
    "npx commerce replay",
  ],
  ["events expired unread", withReport({ account: { ...account, lost: 5 } }), "events-expired", up],
  [
    "the job reads nothing",
    withReport({ account: { ...account, unread: 9, stalledMs: 32_000 } }),
    "job-stalled",
    "npx commerce logs taskmanager",
  ],
  [
    "the job is far behind",
    withReport({ account: { ...account, unread: 50_000 } }),
    "job-behind",
    "npx commerce scale N",
  ],
  [
    "the account is unknown",
    withReport({ account: undefined, accountError: "timeout" }),
    "account-unknown",
    "npx commerce status",
  ],
  [
    "dead letters rise",
    withLive({ deadLetters: { recent: 40, events: 400, reason: "amount is negative" } }),
    "dead-letters-rising",
    /commerce sql 'SELECT reason/,
  ],
  [
    "the SQL Gateway does not answer",
    withLive({ gateway: failed("no answer") }),
    "gateway-unreachable",
    `docker restart ${prefix}-sql-gateway`,
  ],
  [
    "pgAdmin does not answer",
    withLive({ pgAdmin: failed("no answer") }),
    "pgadmin-unreachable",
    `docker restart ${prefix}-pgadmin`,
  ],
];

describe("the doctor", () => {
  it("finds nothing on a healthy stack", () => {
    expect(found(healthy)).toEqual([]);
  });

  it.each(broken)("names the cause and the command when %s", (_, facts, code, fix) => {
    const causes = found(facts);
    expect(causes.map((one) => one.code)).toEqual([code]);
    if (typeof fix === "string") expect(causes[0]?.fix).toBe(fix);
    else expect(causes[0]?.fix).toMatch(fix);
  });

  it("gives every cause a name of its own, in plain words", () => {
    for (const [, facts] of broken) {
      for (const { what, code } of found(facts)) {
        expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
        expect(what).not.toMatch(/undefined|\[object|NaN/);
      }
    }
  });

  it("leaves out what follows from a stopped service", () => {
    const stopped = withContainer("kafka", { state: "exited", exitCode: 0 });
    const report = {
      ...healthy.live.report,
      kafkaError: "connect ECONNREFUSED",
      job: { ok: true, value: { ...healthy.live.report.job, state: "RESTARTING" } },
    };
    const containers = stopped.live?.containers.map((one) =>
      one.service === "producer" ? { ...one, health: "unhealthy" as const } : one,
    );
    const facts = withLive({ report: report as never, containers: containers ?? [], hasTopic: undefined });
    expect(found(facts).map(({ code }) => code)).toEqual(["container-stopped"]);
  });

  it("leaves out what a container outside the network cannot do", () => {
    const facts = withContainer("kafka", { networks: [] });
    const report = { ...healthy.live.report, kafkaError: "connect ECONNREFUSED" };
    expect(
      found({ ...facts, live: { ...(facts.live ?? healthy.live), report } }).map(({ code }) => code),
    ).toEqual(["not-in-network"]);
  });

  it("does not judge services whose addresses and passwords it cannot know", () => {
    const unknown = withReport({ job: undefined, outputs: {} });
    const facts = { ...unknown, stateError: "incorrect passphrase", recorded: undefined };
    expect(found(facts).map(({ code }) => code)).toEqual(["state-unreadable"]);
  });

  it("puts what is more fundamental first", () => {
    const facts = {
      ...withLive({
        alteredColumns: ["transactions.amount"],
        pgAdmin: failed("no answer"),
        clockSkewMs: 60_000,
        volumes: [`${prefix}-kafka-data`],
        hasTopic: false,
      }),
      locks: [{ ...lock, state: "elsewhere" as const }],
    };
    expect(found(facts).map(({ code }) => code)).toEqual([
      "lock-left",
      "clock-skew",
      "volume-missing",
      "topic-missing",
      "table-altered",
      "pgadmin-unreachable",
    ]);
  });

  it("names a cause once, although several facts show it", () => {
    const facts = withJob({ state: "RESTARTING", failure: "UnknownTopicOrPartitionException" });
    const both = { ...facts, live: { ...(facts.live ?? healthy.live), hasTopic: false } };
    expect(found(both).map(({ code }) => code)).toEqual(["topic-missing"]);
  });

  it("does not call the Datadog Agent a cause", () => {
    const [agent] = healthy.live.containers;
    if (agent === undefined) throw new Error("no container");
    const containers = [
      ...healthy.live.containers,
      { ...agent, service: "datadog-agent", health: "unhealthy" as const },
    ];
    expect(found(withLive({ containers }))).toEqual([]);
  });
});
