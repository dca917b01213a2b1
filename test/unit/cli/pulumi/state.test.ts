import { describe, expect, it } from "vitest";
import {
  hasRetainedRoles,
  isServiceMissing,
  ownObjects,
  withoutLost,
  withoutPendingOperations,
  withoutRoles,
  withoutSupersededRecords,
} from "../../../../cli/pulumi/recorded.ts";
import { isUp, parseState, recordedVolumes, withSecretsFrom } from "../../../../cli/pulumi/state.ts";
import {
  changesIn,
  describeChanges,
  isPlanOnly,
  isRefreshFailure,
  isUnchanged,
  sumOf,
} from "../../../../cli/pulumi/summary.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (content: object) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ...content });
const stack = {
  urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
  type: "pulumi:pulumi:Stack",
  outputs: {
    topic: "t",
    url: secret({ plaintext: '"s3cret"' }),
    masked: secret({ ciphertext: "v1:x" }),
    list: [1, null],
  },
};
const volume = (id: string, retainOnDelete?: boolean) => ({
  urn: `urn:pulumi:dev::p::docker:index/volume:Volume::${id}`,
  type: "docker:index/volume:Volume",
  id,
  ...(retainOnDelete !== undefined && { retainOnDelete }),
});
const exported = (resources: object[], more = {}) =>
  JSON.stringify({ version: 3, deployment: { manifest: {}, resources, ...more } });

describe("an exported state", () => {
  it("has the outputs, with secrets as they were exported", () => {
    const { outputs } = parseState(exported([stack]));
    expect(outputs).toEqual({ topic: "t", url: "s3cret", masked: "[secret]", list: [1, null] });
  });

  it("combines the secrets of an earlier reading with the other outputs of a later one", () => {
    const later = { jobId: "new", url: "[secret]" };
    expect(withSecretsFrom({ jobId: "old", url: "s3cret" }, later)).toEqual({ jobId: "new", url: "s3cret" });
    expect(withSecretsFrom({ jobId: "old" }, later)).toBeUndefined();
  });

  it("means that the stack is up if anything but the stack itself is recorded", () => {
    expect(isUp(parseState(exported([stack, volume("v")])))).toBe(true);
    expect(isUp(parseState(exported([stack])))).toBe(false);
    expect(isUp(parseState('{"version":3,"deployment":{}}'))).toBe(false);
  });

  it("says whether a destroy keeps each volume, even without the outputs, which a failed run lacks", () => {
    const recorded = recordedVolumes(
      parseState(exported([volume("a", true), volume("b", false), volume("c")])),
    );
    expect([...recorded]).toEqual([
      ["a", true],
      ["b", false],
      ["c", false],
    ]);
  });
});

describe("operations of unknown outcome", () => {
  it("are dropped, and nothing else", () => {
    const pending = [{ type: "creating", resource: volume("v") }];
    expect(withoutPendingOperations({ resources: [stack], pending_operations: pending })).toEqual({
      resources: [stack],
    });
  });
});

describe("records of an earlier version of the program", () => {
  const type = "docker:index/remoteImage:RemoteImage";
  const image = (name: string) => ({ urn: `urn:pulumi:dev::p::a$${type}::${name}`, type, id: "sha256:0" });
  const [flink, kafka] = [image("flink-image"), image("kafka-image")];

  it("are dropped with all references to them; those of pulled images stay", () => {
    const container = (of: string[]) => ({
      urn: "urn:pulumi:dev::p::docker:index/container:Container::c",
      type: "docker:index/container:Container",
      dependencies: of,
      propertyDependencies: { image: of, name: null },
    });
    const before = { resources: [stack, flink, kafka, container([flink.urn, kafka.urn])] };
    expect(withoutSupersededRecords(before)).toEqual({
      resources: [
        stack,
        kafka,
        { ...container([kafka.urn]), propertyDependencies: { image: [kafka.urn], name: [] } },
      ],
    });
  });

  it("leave the deployment unchanged if there are none", () => {
    const deployment = { resources: [stack, kafka] };
    expect(withoutSupersededRecords(deployment)).toBe(deployment);
    expect(withoutSupersededRecords({})).toEqual({});
  });
});

describe("recorded objects that are gone", () => {
  const inputs = { labels: [{ label: "com.commerce-pipeline.stack" }] };
  const own = { ...volume("v"), inputs };
  const container = { urn: "urn:c", type: "docker:index/container:Container", id: "c1", inputs };
  const topic = { urn: "urn:t", type: "commerce:kafka:Topic", dependencies: ["urn:c"], deletedWith: own.urn };
  const role = { urn: "urn:r", type: "postgresql:index/role:Role", id: "reader" };
  const deployment = { resources: [stack, own, container, topic, role] };
  const using = (...volumes: string[]) => [{ volumes }];

  it("are found among those with the stack's labels", () => {
    const foreign = [
      { ...container, inputs: {} },
      { ...container, inputs: { labels: [{ label: "other" }] } },
    ];
    expect(ownObjects({ resources: [...foreign, ...deployment.resources] })).toEqual([own, container]);
  });

  it("are none if everything is there", () => {
    expect(withoutLost(deployment, [])).toBe(deployment);
    expect(isServiceMissing(deployment, using("v"))).toBe(false);
  });

  it("do not include the volume of a lost container, or what is in it", () => {
    const rest = { resources: [stack, own, { ...topic, dependencies: [] }, role] };
    expect(withoutLost(deployment, [container])).toEqual(rest);
  });

  it("include what was in a lost volume", () => {
    expect(withoutLost(deployment, [own])).toEqual({ resources: [stack, container, role] });
  });

  it("include every role with the data of Postgres, even a retained one", () => {
    const data = { ...own, urn: "urn:pulumi:dev::p::docker:index/volume:Volume::postgres-data" };
    expect(withoutLost({ resources: [data, role] }, [data])).toEqual({ resources: [] });
    expect(hasRetainedRoles({ resources: [role] })).toBe(true);
    expect(hasRetainedRoles({ resources: [{ ...role, deletedWith: data.urn }] })).toBe(false);
    expect(withoutRoles(deployment).resources).not.toContain(role);
  });

  it("prevent reading roles while no container uses the data of Postgres, also after a failed attempt", () => {
    const data = { ...own, urn: "urn:pulumi:dev::p::docker:index/volume:Volume::postgres-data" };
    for (const rest of [[container], []]) {
      expect(isServiceMissing({ resources: [data, role, ...rest] }, using())).toBe(true);
      expect(isServiceMissing({ resources: [data, role, ...rest] }, using("v"))).toBe(false);
    }
    expect(isServiceMissing({ resources: [data] }, using())).toBe(false);
    expect(isServiceMissing({ resources: [own, role] }, using())).toBe(false);
  });

  it("can be one of two records of the same resource, if the other one is there", () => {
    const old = { ...container, id: "c0", delete: true };
    const both = { resources: [stack, own, container, old, topic] };
    expect(withoutLost(both, [old])).toEqual({ resources: [stack, own, container, topic] });
  });

  it("stay recorded while they are the parent or provider of another record", () => {
    const child = { urn: "urn:child", type: "t", parent: "urn:c" };
    const managed = { urn: "urn:m", type: "t", provider: "urn:c::id" };
    for (const other of [child, managed])
      expect(withoutLost({ resources: [container, other] }, [container]).resources).toContain(container);
  });
});

describe("the summary of a run", () => {
  const summary = (resourceChanges: object) =>
    JSON.stringify({ sequence: 1, summaryEvent: { resourceChanges } });

  it("is the last one, as a plan that was shown first has one, too", () => {
    const log = [summary({ create: 9 }), "{}", summary({ create: 2, same: 3, read: 1 }), ""].join("\n");
    expect(changesIn(log)).toEqual({ create: 2, same: 3 });
    expect(changesIn("")).toEqual({});
  });

  it("distinguishes a plan that was not started from one that was", () => {
    const plan = JSON.stringify({ summaryEvent: { resourceChanges: { create: 9 }, isPreview: true } });
    const begun = JSON.stringify({ resourcePreEvent: {} });
    expect(isPlanOnly([begun, plan].join("\n"))).toBe(true);
    expect(isPlanOnly([plan, begun].join("\n"))).toBe(false);
    expect(isPlanOnly(summary({ create: 9 }))).toBe(false);
    expect(isPlanOnly("")).toBe(false);
    // Killed while it wrote.
    expect(isPlanOnly(`${plan}\n{"summaryEvent":{"res`)).toBe(false);
  });

  it("tells a resource that could not be read from one that could not be changed", () => {
    const failed = (op: string) =>
      JSON.stringify({ sequence: 7, resOpFailedEvent: { metadata: { op, urn: "u" } } });
    expect(isRefreshFailure([summary({ same: 1 }), failed("refresh")].join("\n"))).toBe(true);
    expect(isRefreshFailure(failed("update"))).toBe(false);
    expect(isRefreshFailure(JSON.stringify({ resourcePreEvent: { metadata: { op: "refresh" } } }))).toBe(
      false,
    );
  });

  it("of two runs adds up their changes, and has the unchanged count of the second", () => {
    expect(sumOf({ create: 1, same: 30 }, { update: 2, same: 29 })).toEqual({
      create: 1,
      update: 2,
      same: 29,
    });
    expect(sumOf({}, { same: 3 })).toEqual({ same: 3 });
  });

  it("distinguishes changes from none", () => {
    expect(isUnchanged({ same: 30 })).toBe(true);
    expect(isUnchanged({ same: 30, create: 0 })).toBe(true);
    expect(isUnchanged({ same: 30, update: 1 })).toBe(false);
    expect(describeChanges({ create: 2, update: 0, same: 3 })).toBe("2 created, 3 unchanged");
  });
});
