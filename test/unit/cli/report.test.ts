import { describe, expect, it } from "vitest";
import { type ContainerFacts, demultiplex, withoutStackFrames } from "../../../cli/containers.ts";
import { lastCause, rootCause } from "../../../cli/flink-rest.ts";
import { accountLines, accountOf } from "../../../cli/report/account.ts";
import { eventsPast, lastCounts, lastSavepoint } from "../../../cli/report/collect.ts";
import { healthOf, type StackReport, troubles } from "../../../cli/report/facts.ts";
import { renderReport } from "../../../cli/report/render.ts";
import { styleFor } from "../../../cli/style.ts";

const MiB = 1024 * 1024;
const plain = styleFor({ write: () => undefined }, {}, "linux");

function container(service: string, more: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    id: service,
    name: `commerce-pipeline-dev-${service}`,
    service,
    state: "running",
    health: "healthy",
    ports: [],
    memory: 300 * MiB,
    image: service,
    ...more,
  };
}

const report: StackReport = {
  project: { name: "commerce-pipeline", stack: "dev" },
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
      age: 65_000,
      checkpointAge: 3_000,
      checkpoints: 6,
      failure: undefined,
    },
  },
  paused: false,
  savepoint: undefined,
  rows: { ok: true, value: { transactions: 1234567, sales_per_category: 18, sales_per_day: 3 } },
  account: accountOf([{ low: "0", high: "1234600" }], {
    transactions: 1234567,
    duplicates: 20,
    dead_letters: 9,
    proof_events: 4,
  }),
  producer: { sent: 1234570, acknowledged: 1234567, eventsPerSecond: 1 },
  uncommitted: 12,
};

describe("the report of a stack", () => {
  it("tells what runs where, what was counted, how to look and how to stop", () => {
    expect(renderReport(report, plain).join("\n")).toMatchInlineSnapshot(`
      "✓ commerce-pipeline dev is healthy: 4 containers, 1.2 GiB of memory

        Service           State     Memory  On this machine
        Kafka             healthy  300 MiB  127.0.0.1:9092
        Flink JobManager  healthy  300 MiB  http://127.0.0.1:8081
        pgAdmin           healthy  300 MiB  http://127.0.0.1:5050
        Producer          healthy  300 MiB

        Producer   1,234,567 of 1,234,570 events acknowledged, 1 a second
        Flink job  commerce-pipeline-dev RUNNING for 1 min 05 s
                   6 checkpoints, the last 3.0 s ago; 12 events past the committed offset
        Rows       transactions 1,234,567, sales_per_category 18, sales_per_day 3
        Account    1,234,600 events in: the account closes
                   = 1,234,567 transactions + 20 duplicates + 9 dead letters + 4 of the proof

        Tables  http://127.0.0.1:5050, as admin@example.dev
                (its password: npm run outputs -- --show-secrets)
        SQL     docker exec -it commerce-pipeline-dev-postgres psql -U postgres kafka_commerce
        Job     http://127.0.0.1:8081/#/overview
        State   npm run status
        Stop    npm run destroy   (its data goes too)"
    `);
  });

  it("tells the version, the last savepoint, and that data is kept", () => {
    const outputs = { ...report.outputs, version: 3, onDestroy: "retain" };
    const savepoint = "file:/opt/flink/state/savepoints/savepoint-24186f-0123456789ab";
    const text = renderReport({ ...report, outputs, savepoint }, plain).join("\n");
    expect(text).toContain("RUNNING for 1 min 05 s, version 3\n");
    expect(text).toContain("last saved in savepoint-24186f-0123456789ab\n");
    expect(text).toContain("npm run destroy   (its data is kept)");
  });

  it("calls a stack healthy whose job is paused, and says how it goes on", () => {
    const outputs = { ...report.outputs, version: 3 };
    const paused = { ...report, outputs, job: undefined, paused: true };
    expect(healthOf(paused)).toBe("healthy");
    const text = renderReport(paused, plain).join("\n");
    expect(text).toContain("Flink job  paused, version 3; 12 events wait in Kafka\n");
    expect(text).toContain("Go on   npm run resume\n");
  });

  it("knows the last savepoint by the newest version that has one", () => {
    const versions = [{ version: 1, savepoint: "a" }, { version: 3 }, { version: 2, savepoint: "b" }];
    expect(lastSavepoint(versions)).toBe("b");
    expect(lastSavepoint([{ version: 1 }])).toBeUndefined();
    expect(lastSavepoint(undefined)).toBeUndefined();
  });

  it("fits a terminal of 90 columns, with and without trouble", () => {
    const bad: StackReport = {
      ...report,
      job: { ok: false, error: "connect ECONNREFUSED" },
      rows: undefined,
    };
    for (const line of [...renderReport(report, plain), ...renderReport(bad, plain)]) {
      expect(line.length).toBeLessThanOrEqual(90);
    }
  });

  it("names another stack in what it tells to type", () => {
    const demo = { ...report, project: { name: "commerce-pipeline", stack: "demo" } };
    const text = renderReport(demo, plain).join("\n");
    expect(text).toContain("npm run destroy -- --stack demo");
    expect(text).toContain("npm run outputs -- --show-secrets --stack demo");
  });

  it("has no control characters where there is no terminal", () => {
    expect(renderReport(report, plain).join("")).not.toContain("\x1b");
  });
});

describe("the account", () => {
  const ends = [
    { low: "5", high: "60" },
    { low: "0", high: "40" },
  ];
  const rows = { transactions: 90, duplicates: 6, dead_letters: 3, proof_events: 1, sales_per_day: 7 };
  const lines = (missing: number, settled: boolean) =>
    accountLines(accountOf(ends, { ...rows, transactions: rows.transactions - missing }), settled);

  it("closes when every event is in one of the tables, whatever has expired in Kafka", () => {
    expect(accountOf(ends, rows)).toEqual({
      eventsIn: 100,
      transactions: 90,
      duplicates: 6,
      deadLetters: 3,
      proofs: 1,
      open: 0,
      closes: true,
      expired: 5,
    });
    expect(lines(0, true)).toEqual([
      "100 events in: the account closes",
      "= 90 transactions + 6 duplicates + 3 dead letters + 1 of the proof",
      "the oldest 5 have expired in Kafka",
    ]);
  });

  it("tells events that are on their way from ones that are missing or counted twice", () => {
    expect(lines(2, false)[0]).toBe("100 events in: more on their way");
    expect(lines(2, true)[0]).toBe("100 events in: DOES NOT CLOSE: 2 missing");
    expect(lines(-3, true)[0]).toBe("100 events in: DOES NOT CLOSE: 3 counted twice");
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
    ["no job", { ...report, job: undefined }, "has no Flink job"],
    [
      "a silent Flink",
      { ...report, job: { ok: false, error: "timeout" } },
      "Flink does not tell of the job: timeout",
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

  it("is absent when there is nothing", () => {
    expect(healthOf({ ...report, containers: [], outputs: {}, job: undefined, rows: undefined })).toBe(
      "absent",
    );
  });
});

describe("what the report is read from", () => {
  it("takes the newest counters out of the producer's log", () => {
    const lines = [
      '{"event":"progress","sent":1,"acknowledged":1,"eventsPerSecond":1}',
      '{"event":"progress","sent":9,"acknowledged":8,"eventsPerSecond":0.9}',
      '{"event":"broker-away"}',
      "not JSON",
    ];
    expect(lastCounts(lines)).toEqual({ sent: 9, acknowledged: 8, eventsPerSecond: 0.9 });
    expect(lastCounts(["nothing"])).toBeUndefined();
  });

  it("counts what lies past the committed offsets, over all partitions; a partition without a commit counts from its start", () => {
    const ends = [
      { partition: 0, high: "100", low: "0" },
      { partition: 1, high: "50", low: "10" },
    ];
    const committed = (a: string, b: string) => [
      { partition: 0, offset: a },
      { partition: 1, offset: b },
    ];
    expect(eventsPast(ends, committed("90", "50"))).toBe(10);
    expect(eventsPast(ends, committed("100", "-1"))).toBe(40);
    expect(eventsPast(ends, committed("-1", "-1"))).toBeUndefined();
    expect(eventsPast(ends, [])).toBeUndefined();
  });

  it("takes Docker's frames off a log, and leaves a terminal's log alone", () => {
    const frame = (stream: number, text: string) => {
      const head = Buffer.alloc(8);
      head[0] = stream;
      head.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    expect(demultiplex(Buffer.concat([frame(1, "one\n"), frame(2, "zwölf\n")]))).toBe("one\nzwölf\n");
    expect(demultiplex(Buffer.from("plain text, longer than a header\n"))).toContain("plain text");
    expect(demultiplex(Buffer.alloc(0))).toBe("");
  });

  it("finds the useful line of a stack trace", () => {
    const trace = [
      "org.apache.flink.runtime.JobException: Recovery is suppressed",
      "\tat org.apache.flink.Foo.bar(Foo.java:1)",
      "Caused by: java.io.IOException: writing records to JDBC failed.",
      "Caused by: org.postgresql.util.PSQLException: ERROR: permission denied for table transactions",
      "\tat org.postgresql.Bar",
    ].join("\n");
    expect(rootCause(trace)).toBe("PSQLException: ERROR: permission denied for table transactions");
    expect(rootCause("java.lang.Exception: only")).toBe("Exception: only");
    const causes = ["FlinkExpectedException: The TaskExecutor is shutting down.", "PSQLException: denied"];
    expect(lastCause(causes)).toBe("PSQLException: denied");
    expect(lastCause([])).toBeUndefined();
    expect(withoutStackFrames(trace.split("\n"))).toHaveLength(3);
  });
});
