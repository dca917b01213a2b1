import { describe, expect, it } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";
import { type ContainerFacts, withoutStackFrames } from "../../../cli/containers.ts";
import { lastFailure } from "../../../cli/flink-job.ts";
import { hintsFor } from "../../../cli/hints.ts";
import { accountOf, NO_ROWS } from "../../../cli/report/account.ts";
import { lastSavepoint } from "../../../cli/report/collect.ts";
import { healthOf as healthFor, troubles as troublesFor } from "../../../cli/report/conditions.ts";
import type { Drift } from "../../../cli/report/drift.ts";
import type { StackReport } from "../../../cli/report/facts.ts";
import { lastCounts } from "../../../cli/report/producer-counts.ts";
import { renderReport } from "../../../cli/report/render.ts";
import { declaredTables, inOrder } from "../../../cli/report/table-rows.ts";
import { eventsPast } from "../../../cli/report/topic-offsets.ts";
import { styleFor } from "../../../cli/style.ts";
import { observed } from "./observed.ts";

const MiB = 1024 * 1024;
const hint = hintsFor({ stack: "dev" }, { npm_lifecycle_event: "status" });
const plain = { style: styleFor({ write: () => undefined }, {}, "linux"), width: 90, hint };
const healthOf = (of: StackReport) => healthFor(of, hint);
const troubles = (of: StackReport) => troublesFor(of, hint);

function container(service: string, more: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    id: service,
    name: `commerce-pipeline-dev-${service}`,
    service,
    state: "running",
    health: "healthy",
    ports: [],
    memory: 300 * MiB,
    cpu: 0.043,
    image: service,
    ...more,
  };
}

const report: StackReport = {
  storage: undefined,
  drift: undefined,
  reads: undefined,
  isOtherTopic: false,
  project: { name: "commerce-pipeline", stack: "dev" },
  isDockerThere: true,
  volumes: ["commerce-pipeline-dev-kafka-data"],
  kafkaError: undefined,
  missingTables: [],
  containers: [
    container("producer"),
    container("kafka", { ports: [9092] }),
    container("jobmanager", { ports: [8081] }),
    container("pgadmin", { ports: [5050] }),
  ],
  outputs: {
    flinkUrl: "http://127.0.0.1:8081",
    pgadminUrl: "http://127.0.0.1:5050",
    pgadminEmail: "admin@example.dev",
    jobId: "abc",
  },
  job: {
    ok: true,
    value: {
      id: "abc",
      name: "commerce-pipeline-dev",
      state: "RUNNING",
      since: Date.UTC(2026, 10, 28, 12),
      age: 65_000,
      restarts: 0,
      checkpointAge: 3_000,
      checkpointBytes: 25 * MiB,
      checkpoints: 6,
      checkpointFailure: undefined,
      failure: undefined,
    },
  },
  paused: false,
  savepoint: undefined,
  rows: { ok: true, value: { transactions: 1234567, sales_per_category: 18, sales_per_day: 3 } },
  account: accountOf(
    observed(1_234_600, { transactions: 1234567, duplicates: 20, deadLetters: 9, proofs: 4 }),
  ),
  accountError: undefined,
  deadLetters: [],
  producer: { sent: 1234570, acknowledged: 1234567, eventsPerSecond: 1 },
  uncommitted: 12,
};

describe("the report of a stack", () => {
  it("has containers, counts, addresses and the commands to type next", () => {
    expect(renderReport(report, plain).join("\n")).toMatchInlineSnapshot(`
      "✓ commerce-pipeline dev is healthy: 4 containers, 1.2 GiB memory, 17 % CPU

        Service           State     Memory  CPU  On this machine
        Kafka             healthy  300 MiB  4 %  127.0.0.1:9092
        Flink JobManager  healthy  300 MiB  4 %  http://127.0.0.1:8081
        pgAdmin           healthy  300 MiB  4 %  http://127.0.0.1:5050
        Producer          healthy  300 MiB  4 %

        Producer   1,234,567 of 1,234,570 events acknowledged, 1 a second
        Flink job  commerce-pipeline-dev RUNNING for 1 min 05 s
                   6 checkpoints, the last 3.0 s ago, 25 MiB
                   12 events past the committed offset
        Rows       transactions 1,234,567, sales_per_category 18, sales_per_day 3
        Account    1,234,600 events in: the account closes
                   = 1,234,567 transactions + 20 duplicates + 9 dead letters + 4 of the proof

        Tables  http://127.0.0.1:5050, as admin@example.dev
                (password: npm run outputs -- --show-secrets)
        SQL     npx commerce sql
        Job     http://127.0.0.1:8081/#/overview
        State   npm run status
        Stop    npm run destroy   (deletes its data, too)"
    `);
  });

  it("leaves out what was not measured", () => {
    const containers = report.containers.map((one) => ({ ...one, memory: undefined, cpu: undefined }));
    const lines = renderReport({ ...report, containers }, plain);
    expect(lines[0]).toBe("✓ commerce-pipeline dev is healthy: 4 containers");
    expect(lines[3]).toMatch(/^ {2}Kafka +healthy +127\.0\.0\.1:9092$/);
  });

  it("tells a second container of a service from a service whose name begins alike", () => {
    const containers = ["postgres-exporter", "postgres", "taskmanager-2"].map((name) => container(name));
    const text = renderReport({ ...report, containers }, plain).join("\n");
    expect(text.match(/^ {2}.+(?= healthy)/gm)?.map((title) => title.trim())).toEqual([
      "Flink TaskManager 2",
      "Postgres",
      "Postgres exporter",
    ]);
  });

  it("has the share of one core, which may be more than all of it", () => {
    const containers = [container("kafka", { cpu: 1.8 }), container("pgadmin", { cpu: 0.001 })];
    const text = renderReport({ ...report, containers }, plain).join("\n");
    expect(text).toContain("2 containers, 600 MiB memory, 180 % CPU\n");
    expect(text).toContain("Kafka    healthy  300 MiB  180 %");
    expect(text).toContain("pgAdmin  healthy  300 MiB    0 %");
  });

  it("lists what was changed by hand on a stack that is healthy, and nothing if it is as recorded", () => {
    const missing = { containers: [], volumes: [], network: undefined };
    const drift: Drift = {
      missing,
      topic: [{ setting: "retention.ms", recorded: "-1", actual: "60000" }],
      columns: ["transactions.amount"],
    };
    expect(healthOf({ ...report, drift })).toBe("healthy");
    const text = renderReport({ ...report, drift }, { ...plain, width: 80 }).join("\n");
    expect(text).toContain(
      [
        "  Drift      the topic was changed: retention.ms is 60000, not -1; `npm start`",
        "             sets it back",
        "             column amount of transactions was dropped or recreated: `npm start`",
        "             repairs the table",
      ].join("\n"),
    );
    const same = { ...report, drift: { missing, topic: [], columns: [] } };
    expect(renderReport(same, plain)).toEqual(renderReport(report, plain));
  });

  it("has the version, the last savepoint, and that data is kept", () => {
    const outputs = { ...report.outputs, version: 3, onDestroy: "retain" };
    const savepoint = "file:/opt/flink/state/savepoints/savepoint-24186f-0123456789ab";
    const text = renderReport({ ...report, outputs, savepoint }, plain).join("\n");
    expect(text).toContain("RUNNING for 1 min 05 s, version 3\n");
    expect(text).toContain("last savepoint savepoint-24186f-0123456789ab\n");
    expect(text).toContain("npm run destroy   (keeps its data)");
  });

  it("is healthy with a paused job, and says how to resume it", () => {
    const outputs = { ...report.outputs, version: 3 };
    const account = accountOf(
      observed(
        24,
        { transactions: 24 },
        { tail: { events: 12, committed: 0, rows: NO_ROWS, isComplete: true } },
      ),
    );
    const paused = { ...report, outputs, job: undefined, paused: true, uncommitted: 24, account };
    expect(healthOf(paused)).toBe("healthy");
    const text = renderReport(paused, plain).join("\n");
    // One number: the final savepoint's offsets are not committed to Kafka.
    expect(text).toContain("Flink job  paused, version 3; 12 events wait in Kafka\n");
    expect(text).toContain("36 events in: 12 wait for the job\n");
    expect(text).toContain("Resume  npm run resume\n");
    const silent = { ...paused, account: undefined, uncommitted: undefined, kafkaError: "no answer" };
    expect(renderReport(silent, plain).join("\n")).toContain(
      "events waiting: unknown, as Kafka did not answer\n",
    );
    expect(troubles({ ...report, missingTables: ["sales_per_day"] })).toEqual([
      "table sales_per_day is gone: `npm start` creates it again",
    ]);
    expect(troubles(silent)).toEqual(["the topic cannot be read: no answer"]);
  });

  it("is unhealthy if the topic was created again, and says what the tables have of earlier events", () => {
    const reads = { topicId: "t1", skippedEvents: 240, carriedEvents: 1_500 };
    const storage = { oldestEvent: undefined, events: 0, eventsOfLastDay: 0, used: 0, free: 0 };
    const other = { ...report, reads, storage, isOtherTopic: true };
    expect(troubles(other)).toEqual([
      expect.stringContaining("the topic is not the one that the job has read"),
    ]);
    const text = renderReport(other, plain).join("\n");
    expect(text).toContain("240 events expired before they were read");
    expect(text).toContain("the tables also have 1,500 events of an earlier topic");
  });

  it("has the savepoint of the newest version with one", () => {
    const versions = [{ version: 1, savepoint: "a" }, { version: 3 }, { version: 2, savepoint: "b" }];
    expect(lastSavepoint(versions)).toBe("b");
    expect(lastSavepoint([{ version: 1 }])).toBeUndefined();
    expect(lastSavepoint(undefined)).toBeUndefined();
  });

  it("fits a terminal of 80 columns, even with troubles and a long stack name", () => {
    const bad: StackReport = {
      ...report,
      project: { name: "commerce-pipeline", stack: "a-rather-long-name" },
      job: { ok: false, error: "Flink's JobManager at http://127.0.0.1:8081 does not answer (ECONNREFUSED)" },
      rows: {
        ok: true,
        value: Object.fromEntries(["a", "b", "c"].map((name) => [name.repeat(25), 1_234_567])),
      },
      account: accountOf(
        observed(
          9_999_999_999,
          { transactions: 9_000_000_000, duplicates: 99_999_999, deadLetters: 99_999_999, proofs: 99_999 },
          { offsets: [{ partition: 0, earliest: 1_000_000n, latest: 9_999_999_999n }] },
        ),
      ),
      uncommitted: 1_000_000,
    };
    const hintForBad = hintsFor({ stack: "a-rather-long-name" }, {});
    const narrow = { ...plain, width: 80 };
    for (const line of [
      ...renderReport(report, narrow),
      ...renderReport(bad, { ...narrow, hint: hintForBad }),
    ]) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it("names the stack in commands to type", () => {
    const project = { name: "commerce-pipeline", stack: "demo" };
    const look = { ...plain, hint: hintsFor({ stack: "demo" }, { npm_lifecycle_event: "status" }) };
    const text = renderReport({ ...report, project }, look).join("\n");
    expect(text).toContain("npm run destroy -- --stack demo");
    expect(text).toContain("npm run outputs -- --show-secrets --stack demo");
  });

  it("says that all containers are gone, what brings them back, and links to nothing", () => {
    const gone: StackReport = {
      ...report,
      containers: [],
      job: undefined,
      rows: undefined,
      account: undefined,
    };
    expect(healthOf(gone)).toBe("unhealthy");
    expect(renderReport(gone, plain)).toEqual([
      "✗ commerce-pipeline dev is not healthy: 0 containers",
      "  ! all its containers are gone, but its volumes still exist: `npm start` creates the",
      "    containers again and keeps the data",
    ]);
    expect(troubles({ ...gone, volumes: [] })[0]).toContain("`npm run destroy -- --purge` removes its state");
    expect(troubles({ ...gone, isDockerThere: false })).toEqual([
      "no Docker engine answers, so the containers are unknown",
    ]);
  });

  it("lists the tables of the database: the pipeline's in their order, then those of the user", () => {
    const found = ["proof_events", "refunds", "sales_per_day", "a_table", "transactions"];
    expect(inOrder(found)).toEqual(["transactions", "sales_per_day", "a_table", "refunds"]);
  });

  it("knows the tables that the project declares", () => {
    expect(declaredTables(projectDir)).toContain("sales_per_minute");
    expect(declaredTables("/nowhere")).toEqual([]);
  });

  it("has no control characters where there is no terminal", () => {
    expect(renderReport(report, plain).join("")).not.toContain("\x1b");
  });
});

describe("a stack's health", () => {
  const withContainer = (more: Partial<ContainerFacts>, service = "kafka"): StackReport => ({
    ...report,
    containers: [container(service, more)],
  });

  it.each([
    ["a stopped container", withContainer({ state: "exited" }), "commerce-pipeline-dev-kafka is exited"],
    ["an unhealthy one", withContainer({ health: "unhealthy" }), "commerce-pipeline-dev-kafka is unhealthy"],
    [
      "no job",
      { ...report, outputs: {}, job: undefined },
      "the stack has no Flink job: `npm start` submits it",
    ],
    [
      "a silent Flink",
      { ...report, job: { ok: false, error: "timeout" } },
      "the state of the Flink job is unknown: timeout",
    ],
    [
      "tables out of reach",
      { ...report, rows: { ok: false, error: "refused" } },
      "cannot be counted: refused",
    ],
  ] as [string, StackReport, string][])("is bad with %s", (_, bad, trouble) => {
    expect(healthOf(bad)).toBe("unhealthy");
    expect(troubles(bad).join()).toContain(trouble);
  });

  it("is good, and stays so with an unhealthy Datadog Agent", () => {
    expect(healthOf(report)).toBe("healthy");
    expect(healthOf(withContainer({ health: "unhealthy" }, "datadog-agent"))).toBe("healthy");
  });

  it("is good even if Datadog refuses the keys, which the report says", () => {
    const refused = { ...report, datadogProblem: "Datadog refuses the application key" };
    expect(healthOf(refused)).toBe("healthy");
    expect(renderReport(refused, plain)[1]).toMatch(/^ {2}\S Datadog refuses the application key$/);
  });

  it("is absent if there is nothing", () => {
    expect(healthOf({ ...report, containers: [], outputs: {}, job: undefined, rows: undefined })).toBe(
      "absent",
    );
  });
});

describe("the sources of the report", () => {
  it("has the newest counters from the producer's log", () => {
    const lines = [
      '{"event":"progress","sent":1,"acknowledged":1,"eventsPerSecond":1}',
      '{"event":"progress","sent":9,"acknowledged":8,"eventsPerSecond":0.9}',
      '{"event":"broker-away"}',
      "not JSON",
    ];
    expect(lastCounts(lines)).toEqual({ sent: 9, acknowledged: 8, eventsPerSecond: 0.9 });
    expect(lastCounts(["nothing"])).toBeUndefined();
  });

  it("counts events past the committed offsets of all partitions, from the start of those without a commit", () => {
    const partitions = [
      { partition: 0, earliest: 0n, latest: 100n },
      { partition: 1, earliest: 10n, latest: 50n },
    ];
    const past = (committed: [number, bigint][]) =>
      eventsPast({ topicId: "t", partitions, committed: new Map(committed) });
    expect(
      past([
        [0, 90n],
        [1, 50n],
      ]),
    ).toBe(10);
    expect(past([[0, 100n]])).toBe(40);
    expect(past([])).toBeUndefined();
  });

  it("finds the useful line of a stack trace", () => {
    const trace = [
      "org.apache.flink.runtime.JobException: Recovery is suppressed",
      "\tat org.apache.flink.Foo.bar(Foo.java:1)",
      "Caused by: java.io.IOException: writing records to JDBC failed.",
      "Caused by: org.postgresql.util.PSQLException: ERROR: permission denied for table transactions",
      "\tat org.postgresql.Bar",
    ].join("\n");
    const shutdown =
      "org.apache.flink.util.FlinkExpectedException: The TaskExecutor is shutting down.\n\tat x.y";
    expect(lastFailure([shutdown, trace])).toBe("ERROR: permission denied for table transactions");
    expect(lastFailure(["java.lang.Exception: only"])).toBe("only");
    expect(lastFailure([])).toBeUndefined();
    expect(withoutStackFrames(trace.split("\n"))).toHaveLength(3);
  });
});
