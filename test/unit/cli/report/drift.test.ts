import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../../cli/hints.ts";
import { driftBetween, isDrifted } from "../../../../cli/report/drift.ts";
import { driftFindings, missingFindings } from "../../../../cli/report/drift-text.ts";
import { recordedIn } from "../../../../cli/report/recorded.ts";

const hint = hintsFor({ stack: "dev" }, { npm_lifecycle_event: "status" });
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const stack = { urn: "s", type: "pulumi:pulumi:Stack" };
const config: Record<string, string> = { "retention.ms": "-1", "message.timestamp.type": "LogAppendTime" };
const state = {
  outputs: {},
  resources: [
    stack,
    { urn: "k", type: "docker:index/container:Container", outputs: { name: "p-dev-kafka" } },
    { urn: "a", type: "docker:index/container:Container", outputs: { name: "p-dev-datadog-agent" } },
    { urn: "v", type: "docker:index/volume:Volume", id: "p-dev-kafka-data" },
    { urn: "n", type: "docker:index/network:Network", outputs: { name: "p-dev" } },
    {
      urn: "t",
      type: "commerce:kafka:Topic",
      inputs: { partitions: 2, config: secret(config) },
      // As a refresh has found it.
      outputs: { partitions: 3, config: {} },
    },
    {
      urn: "c",
      type: "commerce:postgres:Schema",
      outputs: { columns: { "late.id": "77.16.1", "late.at": "77.16.2", "gone.id": "77.9.1" } },
    },
  ],
};
const recorded = recordedIn(state);
if (recorded === undefined) throw new Error("nothing is recorded");

const present = {
  objects: {
    containers: ["p-dev-kafka", "p-dev-datadog-agent"],
    volumes: ["p-dev-kafka-data", "another"],
    networks: ["bridge", "p-dev"],
  },
  topic: { partitions: 2, config },
  columns: new Map([
    ["late.id", "16.1"],
    ["late.at", "16.2"],
    ["late.more", "16.3"],
  ]),
};
const driftTo = (change: Partial<typeof present>) => driftBetween(recorded, { ...present, ...change });
const messages = (change: Partial<typeof present>) =>
  driftFindings(driftTo(change), hint).map(({ message }) => message);

describe("what the state records", () => {
  it("is named as Docker, Kafka and Postgres name it, and as it was applied", () => {
    expect(recorded).toEqual({
      objects: {
        containers: ["p-dev-kafka", "p-dev-datadog-agent"],
        volumes: ["p-dev-kafka-data"],
        network: "p-dev",
      },
      topic: { partitions: 2, config },
      columns: new Map([
        ["late.id", "16.1"],
        ["late.at", "16.2"],
        ["gone.id", "9.1"],
      ]),
    });
  });

  it("is nothing after a destroy", () => {
    expect(recordedIn({ outputs: {}, resources: [stack] })).toBeUndefined();
    expect(recordedIn(undefined)).toBeUndefined();
  });

  it("has no topic and no columns while an `up` has not created them", () => {
    const [, kafka] = state.resources;
    expect(recordedIn({ outputs: {}, resources: kafka ? [kafka] : [] })).toMatchObject({
      topic: undefined,
      columns: new Map(),
    });
  });
});

describe("drift", () => {
  it("is absent if all is as recorded", () => {
    const drift = driftTo({});
    expect(isDrifted(drift)).toBe(false);
    expect([...missingFindings(drift, hint), ...driftFindings(drift, hint)]).toEqual([]);
  });

  it("of containers, volumes and network is a fault, except for the Agent's", () => {
    const drift = driftTo({ objects: { containers: [], volumes: [], networks: ["bridge"] } });
    expect(isDrifted(drift)).toBe(true);
    expect(missingFindings(drift, hint).map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      "NetworkMissing: the network p-dev is gone: `npm start` creates it again",
      "VolumeMissing: the volume p-dev-kafka-data is gone, and the data in it: `npm start` creates it again, empty",
      "ContainerMissing: the container p-dev-kafka is gone: `npm start` creates it again",
    ]);
    expect(driftFindings(drift, hint)).toEqual([
      {
        status: "False",
        reason: "ContainerMissing",
        message: "the container p-dev-datadog-agent is gone: `npm start` creates it again",
      },
    ]);
  });

  it("of the topic is a changed setting, or partitions that Kafka cannot take away", () => {
    const topic = { partitions: 3, config: { "retention.ms": "60000", "max.message.bytes": "1" } };
    const drift = driftTo({ topic });
    expect(isDrifted(drift)).toBe(true);
    expect(drift.topic).toEqual([
      { setting: "max.message.bytes", recorded: undefined, actual: "1" },
      { setting: "message.timestamp.type", recorded: "LogAppendTime", actual: undefined },
      { setting: "partitions", recorded: "2", actual: "3" },
      { setting: "retention.ms", recorded: "-1", actual: "60000" },
    ]);
    expect(messages({ topic })).toEqual([
      "the topic was changed: max.message.bytes is 1, not unset; `npm start` sets it back",
      "the topic was changed: message.timestamp.type is unset, not LogAppendTime; `npm start` sets it back",
      "the topic was changed: it has 3 partitions, not 2; Kafka cannot take any away, so run `npm run config -- set partitions 3`, then `npm start`",
      "the topic was changed: retention.ms is 60000, not -1; `npm start` sets it back",
    ]);
  });

  it("of columns is one that was dropped, or dropped and created again, but not one of a dropped table", () => {
    const dropped = new Map([["late.id", "16.1"]]);
    const recreated = new Map([...dropped, ["late.at", "16.5"]]);
    for (const columns of [dropped, recreated]) {
      expect(driftTo({ columns }).columns).toEqual(["late.at"]);
      expect(isDrifted(driftTo({ columns }))).toBe(true);
      expect(messages({ columns })).toEqual([
        "column at of late was dropped or recreated: `npm start` repairs the table",
      ]);
    }
    expect(driftTo({ columns: new Map() }).columns).toEqual([]);
  });

  it("is unknown where a service does not answer", () => {
    expect(driftBetween(recorded, { ...present, topic: undefined, columns: undefined })).toMatchObject({
      topic: undefined,
      columns: undefined,
    });
  });

  it("does not list all columns of a table that was created again", () => {
    const columns = ["a", "b", "c", "d"].map((name) => `late.${name}`);
    const missing = { containers: [], volumes: [], network: undefined };
    expect(driftFindings({ missing, topic: [], columns: [...columns, "more.e"] }, hint)).toMatchObject([
      { message: "4 columns of late were dropped or recreated: `npm start` repairs the table" },
      { message: "column e of more was dropped or recreated: `npm start` repairs the table" },
    ]);
  });
});
