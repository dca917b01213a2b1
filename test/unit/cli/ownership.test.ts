import { describe, expect, it } from "vitest";
import { describeObjects } from "../../../cli/docker-objects.ts";
import { checkoutOf, foreignObjects, foreignStack, isInUse } from "../../../cli/ownership.ts";
import { LABELS } from "../../../facts/pipeline.ts";

const MINE = { [LABELS.owner]: "me", [LABELS.folder]: "/mine" };
const THEIRS = { [LABELS.owner]: "them", [LABELS.folder]: "/theirs" };

const object = (name: string, labels: Record<string, string>) => ({ id: name, name, labels });
/** A container and a volume that may have been created by different checkouts. */
const stack = (container: Record<string, string>, volume = container) => ({
  containers: [{ ...object("kafka", container), volumes: [] }],
  networks: [],
  volumes: [object("kafka-data", volume)],
});
const kept = (labels: Record<string, string>) => ({ ...stack(labels), containers: [] });

const owner = {
  urn: "urn:pulumi:dev::commerce-pipeline::commerce:pipeline:Pipeline$random:index/randomUuid:RandomUuid::owner",
  type: "random:index/randomUuid:RandomUuid",
  outputs: { result: "me", keepers: { folder: "/mine" } },
};
const volume = { urn: "urn", type: "docker:index/volume:Volume", id: "kafka-data" };
const withState = (folder = "/mine", resources: object[] = [owner]) =>
  checkoutOf({ resources: resources as (typeof owner)[], outputs: {} }, folder);
const withoutState = (folder: string) => checkoutOf(undefined, folder);
const foreign = (...args: Parameters<typeof foreignObjects>) => describeObjects(foreignObjects(...args));

describe("the objects of another checkout", () => {
  const everything = ["container kafka", "volume kafka-data"];

  it("are those with another id and another folder", () => {
    expect(foreign(stack(THEIRS), withState())).toEqual(everything);
    expect(foreign(stack(THEIRS), withoutState("/mine"))).toEqual(everything);
  });

  it("are not those of the own state, even if the checkout was moved", () => {
    expect(foreign(stack(MINE), withState())).toEqual([]);
    expect(foreign(stack(MINE), withState("/moved"))).toEqual([]);
  });

  it("are not those whose state was lost in the same folder, then or before a move", () => {
    expect(foreign(stack(MINE), withoutState("/mine"))).toEqual([]);
    expect(foreign(stack({ ...MINE, [LABELS.owner]: "lost" }), withState("/moved"))).toEqual([]);
  });

  it("are not those of an earlier version, which have no owner", () => {
    expect(foreign(stack({}), withoutState("/mine"))).toEqual([]);
  });

  it("are not the volumes that the own state has adopted, unless containers of the other one are there", () => {
    expect(foreign(stack(MINE, THEIRS), withState("/mine", [owner, volume]))).toEqual([]);
    expect(foreign(stack(THEIRS), withState("/mine", [owner, volume]))).toEqual(everything);
  });

  it("may be only data that it has kept", () => {
    const found = foreignObjects(kept(THEIRS), withoutState("/mine"));
    expect([describeObjects(found), isInUse(found)]).toEqual([["volume kafka-data"], false]);
    expect(isInUse(foreignObjects(stack(THEIRS), withoutState("/mine")))).toBe(true);
  });

  it("are named with their folder, and with both ways to act on them", () => {
    const hint = (...words: string[]) => words.join(" ");
    const error = foreignStack(stack(THEIRS), "demo", hint);
    expect(error.message).toBe(
      "stack demo on this Docker engine belongs to the checkout in /theirs; nothing was changed",
    );
    expect(error.hint).toContain("container kafka, volume kafka-data");
    expect(error.hint).toContain("`up --take-over`");
    expect(error.hint).toContain("`destroy --take-over --purge`");
  });
});
