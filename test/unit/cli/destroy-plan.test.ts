import { describe, expect, it } from "vitest";
import {
  type DestroyFacts,
  describeDestroy as describeFor,
  keptVolumes as keptFor,
} from "../../../cli/destroy-plan.ts";
import type { DockerObjects } from "../../../cli/docker-objects.ts";
import { hintsFor } from "../../../cli/hints.ts";
import type { StackReport } from "../../../cli/report/facts.ts";

const hint = hintsFor({ stack: "nc" }, {});
const keptVolumes = (given: DestroyFacts) => keptFor(given, hint);
type Known = Pick<StackReport, "rows" | "account" | "paused" | "savepoint">;
const describeDestroy = (objects: DockerObjects, kept: readonly string[], known: Known) =>
  describeFor(objects, kept, known, hint);

const name = (suffix: string) => `commerce-pipeline-dev-${suffix}`;
const data = ["postgres-data", "kafka-data", "flink-state"].map(name);
const existing = [...data, name("pgadmin-data")];
const recorded = (isRetained: boolean) =>
  new Map([...data.map((volume) => [volume, isRetained] as const), [name("pgadmin-data"), false]]);
const facts = { purge: false, configured: "purge", recorded: recorded(false), existing };

describe("the volumes that a destroy keeps", () => {
  it("are the recorded ones with retain, regardless of the configuration", () => {
    expect(keptVolumes(facts)).toEqual([]);
    expect(keptVolumes({ ...facts, recorded: recorded(true) })).toEqual(data);
    expect(keptVolumes({ ...facts, configured: "retain", recorded: recorded(true) })).toEqual(data);
  });

  it("are none with --purge", () => {
    expect(keptVolumes({ ...facts, purge: true, recorded: recorded(true) })).toEqual([]);
  });

  it("follow the configuration if they are not recorded: kept by an earlier destroy, or left by a killed run", () => {
    const unrecorded = { ...facts, recorded: new Map() };
    expect(keptVolumes({ ...unrecorded, configured: "retain" })).toEqual(data);
    expect(keptVolumes(unrecorded)).toEqual([]);
    expect(keptVolumes({ ...unrecorded, configured: undefined })).toEqual([]);
  });

  it("are decided one by one", () => {
    const mixed = new Map(recorded(true)).set(name("kafka-data"), false);
    expect(keptVolumes({ ...facts, recorded: mixed })).toEqual([name("postgres-data"), name("flink-state")]);
  });

  it("refuses to delete what is configured to be kept, and names it", () => {
    expect(() => keptVolumes({ ...facts, configured: "retain" })).toThrow(
      `it has not been applied to ${data.join(", ")}: a destroy would delete them`,
    );
    const mixed = new Map(recorded(true)).set(name("kafka-data"), false);
    expect(() => keptVolumes({ ...facts, configured: "retain", recorded: mixed })).toThrow(
      `to ${name("kafka-data")}:`,
    );
    // A volume that is gone can no longer be lost.
    expect(keptVolumes({ ...facts, configured: "retain", existing: [] })).toEqual([]);
  });
});

describe("what a destroy says beforehand", () => {
  const object = (id: string) => ({ id, name: id, labels: {} });
  const objects = {
    containers: ["a", "b"].map((id) => ({ ...object(id), volumes: [] })),
    networks: ["n"].map(object),
    volumes: existing.map(object),
  };
  const account = { eventsIn: 1_500, expired: 100, transactions: 1_400, duplicates: 0, deadLetters: 0 };
  const report = {
    rows: { ok: true as const, value: { transactions: 1_400, sales_per_day: 34 } },
    account: {
      ...account,
      proofs: 0,
      unread: 0,
      missing: 0,
      replaced: 0,
      isExact: true,
      open: 0,
      closes: true,
      lost: 0,
    },
    paused: false,
    savepoint: undefined,
  };

  it("counts what will be lost", () => {
    expect(describeDestroy(objects, [], report)).toEqual([
      "2 containers, 1 network, 4 volumes. Images are kept.",
      "Lost for good: 1,434 rows in 2 tables, 1,400 events in the topic, the job's state and its savepoints. " +
        "This cannot be undone.",
    ]);
  });

  it("counts what will be kept, and says how to remove it", () => {
    expect(describeDestroy(objects, data, report)).toEqual([
      "2 containers, 1 network, 1 volume. Images are kept.",
      "Kept, for the next `npx commerce up --stack nc` to continue with: 1,434 rows in 2 tables, 1,400 events in the topic, " +
        "the job's state. --purge deletes them, too.",
    ]);
  });

  it("distinguishes what is lost from what is kept", () => {
    const [, lost, kept] = describeDestroy(objects, [name("postgres-data"), name("flink-state")], report);
    expect(lost).toBe("Lost for good: 1,400 events in the topic. This cannot be undone.");
    expect(kept).toContain("1,434 rows in 2 tables, the job's state.");
  });

  it("names the savepoint of a paused job, which will not take another one", () => {
    const paused = { ...report, paused: true, savepoint: "file:/s-1" };
    expect(describeDestroy(objects, data, paused).at(-1)).toContain("the savepoint file:/s-1.");
  });

  it("does not mention data where there is none", () => {
    expect(describeDestroy({ ...objects, volumes: [] }, [], report)).toHaveLength(1);
  });

  it("gives no numbers if nothing could be counted", () => {
    const blind = { ...report, rows: { ok: false as const, error: "down" }, account: undefined };
    expect(describeDestroy(objects, [], blind)[1]).toContain("the tables, the topic, the job's state");
  });
});
