import { describe, expect, it } from "vitest";
import {
  checkSchema,
  diffSchema,
  type SchemaInputs,
  type SchemaOutputs,
  schemaChanges,
} from "../../../../plugins/commerce/schema/diff.ts";
import { splitStatements } from "../../../../plugins/commerce/sql/statements.ts";
import { checkStatementSet } from "../../../../plugins/commerce/statement-set/check.ts";
import {
  diffStatementSet,
  fingerprint,
  type StatementSetInputs,
  type StatementSetOutputs,
  statementSetChanges,
} from "../../../../plugins/commerce/statement-set/diff.ts";
import { compileStatement } from "../../../../plugins/commerce/statement-set/job-script.ts";
import {
  checkTopic,
  diffTopic,
  type TopicInputs,
  type TopicOutputs,
  topicChanges,
} from "../../../../plugins/commerce/topic/diff.ts";
import type { State } from "../../../../plugins/sdk/provider.ts";
import { UNKNOWN } from "../../../../plugins/sdk/values.ts";

const topic: TopicInputs = {
  bootstrapServers: ["localhost:9092"],
  name: "events",
  partitions: 4,
  replicationFactor: 1,
  config: { "retention.ms": "1000" },
  allowDestructive: false,
};
const schema: SchemaInputs = {
  connection: { host: "localhost", port: 5432, database: "shop", user: "owner", password: "p" },
  files: [{ path: "sql/a.sql", sql: "CREATE TABLE IF NOT EXISTS a (id int);" }],
  allowDestructive: false,
};
const set: StatementSetInputs = {
  gatewayUrl: "http://localhost:8083",
  restUrl: "http://localhost:8081",
  name: "pipeline-dev",
  files: [{ path: "sql/a.sql", sql: "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 1;\nEND;" }],
  settings: { "parallelism.default": "2" },
  clusterId: "c1",
  sinkDatabase: schema.connection,
  source: { bootstrapServers: ["localhost:9092"], topic: "events", consumerGroup: "flink" },
  topicId: "t1",
  acceptLoss: "x",
  stateDirectory: "/state",
  columns: { "a.id": "1.1" },
  desiredState: "running",
  upgradePolicy: "resume",
  savepointTrigger: "a",
  replayTrigger: "a",
  replayFrom: "beginning",
  savepointsKept: 5,
  onDestroy: "purge",
  startTimeoutSeconds: 120,
  healthSeconds: 10,
};

const topicState = (outputs: Partial<TopicOutputs> = {}): State<TopicInputs, TopicOutputs> => ({
  inputs: topic,
  outputs: { ...topic, ...outputs },
});
const schemaState = (outputs: Partial<SchemaOutputs> = {}): State<SchemaInputs, SchemaOutputs> => ({
  inputs: schema,
  outputs: { ...schema, tables: ["a"], drift: [], ...outputs },
});
const setState = (
  outputs: Partial<StatementSetOutputs> = {},
): State<StatementSetInputs, StatementSetOutputs> => ({
  inputs: set,
  outputs: { ...set, jobId: "j1", state: "RUNNING", version: 1, versions: [], ...outputs },
});

/** A changed value for each input. A test fails if one is missing. */
const changedTopic: { [K in keyof TopicInputs]: TopicInputs[K] } = {
  bootstrapServers: ["localhost:9093"],
  name: "others",
  partitions: 8,
  replicationFactor: 3,
  config: {},
  allowDestructive: true,
};
const changedSchema: { [K in keyof SchemaInputs]: SchemaInputs[K] } = {
  connection: { ...schema.connection, password: "q" },
  files: [{ path: "sql/a.sql", sql: "CREATE TABLE IF NOT EXISTS b (id int);" }],
  allowDestructive: true,
};
const changedSet: { [K in keyof StatementSetInputs]: StatementSetInputs[K] } = {
  gatewayUrl: "http://localhost:1",
  restUrl: "http://localhost:2",
  name: "pipeline-demo",
  files: [{ path: "sql/a.sql", sql: "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 2;\nEND;" }],
  settings: {},
  clusterId: "c2",
  sinkDatabase: { ...schema.connection, port: 1 },
  source: { bootstrapServers: ["localhost:1"], topic: "others", consumerGroup: "others" },
  topicId: "t2",
  acceptLoss: "y",
  stateDirectory: "/other",
  columns: { "a.id": "2.1" },
  desiredState: "paused",
  upgradePolicy: "stateless",
  savepointTrigger: "b",
  replayTrigger: "b",
  replayFrom: "2026-01-31T12:00:00Z",
  savepointsKept: 1,
  onDestroy: "retain",
  startTimeoutSeconds: 60,
  healthSeconds: 0,
};

describe.each([
  [
    "topic",
    topic,
    changedTopic,
    topicChanges,
    (news: object) => diffTopic(topicState(), news as TopicInputs),
  ],
  [
    "schema",
    schema,
    changedSchema,
    schemaChanges,
    (news: object) => diffSchema(schemaState(), news as SchemaInputs),
  ],
  [
    "statement set",
    set,
    changedSet,
    statementSetChanges,
    (news: object) => diffStatementSet(setState(), news as StatementSetInputs),
  ],
] as const)("%s", (_name, inputs, changed, table, diff) => {
  it("has a class for every input", () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(inputs).sort());
    expect(Object.keys(changed).sort()).toEqual(Object.keys(inputs).sort());
  });

  it("reports no change for equal inputs", () => {
    expect(diff(structuredClone(inputs))).toMatchObject({ changes: false, replaces: [] });
  });

  it.each(Object.entries(changed))("classifies a change of %s as its table says", (key, value) => {
    const found = diff({ ...inputs, [key]: value });
    const change = Object.entries(table).find(([name]) => name === key)?.[1];
    expect(found.changes).toBe(change !== "ignore");
    expect(found.replaces).toEqual(change === "replace" ? [key] : []);
    expect(Object.keys(found.detailed ?? {})).toEqual(change === "ignore" ? [] : [key]);
  });
});

describe("the classes of changes", () => {
  const of = (table: object, wanted: string) =>
    Object.entries(table).flatMap(([key, change]) => (change === wanted ? [key] : []));

  it("replace only a topic or a job of another name", () => {
    expect(of(topicChanges, "replace")).toEqual(["name"]);
    expect(of(schemaChanges, "replace")).toEqual([]);
    expect(of(statementSetChanges, "replace")).toEqual(["name"]);
  });

  it("ignore only what has no effect on a running job", () => {
    expect([...of(topicChanges, "ignore"), ...of(schemaChanges, "ignore")]).toEqual([]);
    expect(of(statementSetChanges, "ignore").sort()).toEqual([
      "healthSeconds",
      "onDestroy",
      "replayFrom",
      "savepointsKept",
      "sinkDatabase",
      "source",
      "startTimeoutSeconds",
      "stateDirectory",
      "upgradePolicy",
    ]);
  });
});

describe("drift", () => {
  it("of a topic compares with what was observed, not with the previous inputs", () => {
    expect(diffTopic(topicState({ partitions: 6, config: {} }), topic).detailed).toEqual({
      partitions: "update",
      config: "update",
    });
  });

  it.each(["FAILED", "CANCELED", "MISSING", "CHANGED", "DUPLICATED", "UNREACHABLE", "RESTARTING"])(
    "of a job in state %s requires an update",
    (state) => {
      expect(diffStatementSet(setState({ state }), set)).toMatchObject({
        changes: true,
        replaces: [],
        detailed: { state: "update" },
      });
    },
  );

  it("of a job that runs although it should be paused requires an update", () => {
    const paused: StatementSetInputs = { ...set, desiredState: "paused" };
    const state = (seen: string) => ({ ...setState({ state: seen }), inputs: paused });
    expect(diffStatementSet(state("PAUSED"), paused).changes).toBe(false);
    expect(diffStatementSet(state("RUNNING"), paused).detailed).toEqual({ state: "update" });
  });

  it("of a database is listed and requires an update", () => {
    const found = diffSchema(schemaState({ drift: ["column a.id is added"] }), schema);
    expect(found).toMatchObject({ changes: true, replaces: [], detailed: { drift: "update" } });
  });

  it("is unknown for a service that did not answer, which requires an update", () => {
    expect(diffTopic(topicState({ unobserved: "no answer" }), topic)).toMatchObject({
      changes: true,
      replaces: [],
    });
  });
});

describe("details of a diff", () => {
  it("replaces the schema for another database", () => {
    const news = { ...schema, connection: { ...schema.connection, database: "other" } };
    expect(diffSchema(schemaState(), news).replaces).toEqual(["connection"]);
  });

  it("ignores comments and line breaks", () => {
    const comment = (files: { path: string; sql: string }[]) =>
      files.map(({ path, sql }) => ({ path, sql: `-- why\n${sql.replaceAll(" (", "\n(")} -- end` }));
    expect(diffSchema(schemaState(), { ...schema, files: comment(schema.files) }).changes).toBe(false);
    expect(diffStatementSet(setState(), { ...set, files: comment(set.files) }).changes).toBe(false);
  });

  it("takes over a job that version 0.1 recorded, with another name of the sinks' database", () => {
    const { sinkDatabase, ...inputs } = set;
    const recorded = { ...setState(), inputs: { ...inputs, catalogue: sinkDatabase } as StatementSetInputs };
    expect(diffStatementSet(recorded, set)).toMatchObject({ changes: false, replaces: [] });
  });

  it("treats an unknown value as a change", () => {
    const unknown = { files: UNKNOWN as unknown as StatementSetInputs["files"] };
    expect(diffStatementSet(setState(), { ...set, ...unknown }).detailed).toEqual({ files: "update" });
    expect(diffSchema(schemaState(), { ...schema, ...unknown }).detailed).toEqual({ files: "update" });
  });
});

describe("checks", () => {
  it("accept valid and unknown inputs", () => {
    expect(checkTopic(topic, undefined)).toEqual([]);
    expect(checkSchema(schema)).toEqual([]);
    expect(checkStatementSet(set)).toEqual([]);
    const unknown = Object.fromEntries(Object.keys(set).map((key) => [key, UNKNOWN]));
    expect(checkStatementSet({ ...unknown, settings: {} } as unknown as StatementSetInputs)).toEqual([]);
    const unknownTopic = Object.fromEntries(Object.keys(topic).map((key) => [key, UNKNOWN]));
    expect(checkTopic(unknownTopic as unknown as TopicInputs, topic)).toEqual([]);
  });

  it("refuse to remove partitions or to change the replication factor, and say what to do", () => {
    const failures = checkTopic({ ...topic, partitions: 2, replicationFactor: 3 }, topic);
    expect(failures.map((failure) => failure.property)).toEqual(["partitions", "replicationFactor"]);
    expect(failures[0]?.reason).toContain("has 4 partitions and Kafka cannot take any away (asked for 2)");
    // A topic of another name is another topic.
    expect(checkTopic({ ...topic, name: "small", partitions: 2 }, topic)).toEqual([]);
  });

  it.each([
    ["name", { name: "a b" }],
    ["name", { name: ".." }],
    ["partitions", { partitions: 0 }],
    ["partitions", { partitions: 1.5 }],
    ["replicationFactor", { replicationFactor: 0 }],
    ["bootstrapServers", { bootstrapServers: [] }],
  ])("refuse a topic's invalid %s: %j", (property, change) => {
    expect(checkTopic({ ...topic, ...change }, undefined).map((failure) => failure.property)).toEqual([
      property,
    ]);
  });

  it.each([
    ["files", { files: [{ path: "sql/a.sql", sql: "\nSELECT 'open" }] }, "sql/a.sql:2: the string"],
    ["files", { files: [{ path: "sql/a.sql", sql: "SELECT 1;" }] }, "there is no"],
    [
      "files",
      { files: [...set.files, { path: "sql/b.sql", sql: set.files[0]?.sql ?? "" }] },
      "sql/a.sql:1, sql/b.sql:1",
    ],
    ["name", { name: " " }, "needs a name"],
    ["upgradePolicy", { upgradePolicy: "hope" as "resume" }, "resume, replay, stateless"],
    ["desiredState", { desiredState: "asleep" as "paused" }, "running, paused"],
    ["onDestroy", { onDestroy: "shrug" as "purge" }, "retain, purge"],
    ["startTimeoutSeconds", { startTimeoutSeconds: 0 }, "at least 1"],
    ["healthSeconds", { healthSeconds: -1 }, "at least 0"],
    ["savepointsKept", { savepointsKept: 0 }, "at least 1"],
    ["replayFrom", { replayFrom: "yesterday" }, "neither"],
    ["replayFrom", { replayFrom: "2026-02-28T12:00:00X" }, "neither"],
    ["replayFrom", { replayFrom: "2026-02-31T12:00:00Z" }, "neither"],
    ['settings["pipeline.name"]', { settings: { "pipeline.name": "x" } }, "is set from name"],
  ])("refuse a statement set's invalid %s: %j", (property, change, reason) => {
    const failures = checkStatementSet({ ...set, ...change });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.property).toBe(property);
    expect(failures[0]?.reason).toContain(reason);
  });

  it("refuse DDL that cannot be read", () => {
    expect(checkSchema({ ...schema, files: [{ path: "d.sql", sql: "/* open" }] })[0]?.reason).toContain(
      "d.sql:1",
    );
    expect(checkSchema({ ...schema, files: [] })).toHaveLength(1);
  });
});

describe("fingerprint", () => {
  it("depends on statements and settings, but not on the order of settings or the division into files", () => {
    const one = splitStatements([{ path: "a", sql: "SELECT 1;\nSELECT 2;" }]);
    const two = splitStatements([
      { path: "b", sql: "SELECT 1;" },
      { path: "c", sql: "-- two\nSELECT 2;" },
    ]);
    const other = splitStatements([{ path: "a", sql: "SELECT 1;\nSELECT 3;" }]);
    expect(fingerprint(one, { a: "1", b: "2" })).toBe(fingerprint(two, { b: "2", a: "1" }));
    expect(fingerprint(one, { a: "1" })).not.toBe(fingerprint(one, { a: "2" }));
    expect(fingerprint(one, {})).not.toBe(fingerprint(other, {}));
    expect(fingerprint(one, {})).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("compileStatement", () => {
  it("keeps every line at its position", () => {
    const [statement] = splitStatements(set.files);
    if (!statement) throw new Error("there is a statement");
    expect(compileStatement(statement, "/state/plan.json")).toBe(
      statement.text.replace("EXECUTE", "COMPILE PLAN '/state/plan.json' FOR"),
    );
  });
});

/** Copies of the value in which one leaf each is unknown, and the unknown value itself. */
function withUnknowns(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [UNKNOWN];
  const inside = Object.entries(value).flatMap(([key, item]) =>
    withUnknowns(item).map((changed) =>
      Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed },
    ),
  );
  return [...inside, UNKNOWN];
}

describe("an unknown input, such as one from a container that is being replaced", () => {
  const observed = { topic: { ...topic }, schema: { ...schema, tables: [], drift: [] } };
  const job = { ...set, jobId: "j", state: "RUNNING", version: 1, versions: [] };
  const each = <I extends object>(inputs: I) =>
    Object.keys(inputs).flatMap((key) =>
      withUnknowns(inputs[key as keyof I]).map((value) => ({ ...inputs, [key]: value }) as I),
    );

  it("never replaces a topic, a schema or a job, at any depth of any input", () => {
    for (const news of each(topic))
      expect(
        diffTopic({ inputs: topic, outputs: observed.topic }, news).replaces,
        JSON.stringify(news),
      ).toEqual([]);
    for (const news of each(schema))
      expect(
        diffSchema({ inputs: schema, outputs: observed.schema }, news).replaces,
        JSON.stringify(news),
      ).toEqual([]);
    for (const news of each(set))
      expect(diffStatementSet({ inputs: set, outputs: job }, news).replaces, JSON.stringify(news)).toEqual(
        [],
      );
  });
});
