import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { containerSpec } from "../../../../plugins/docker/container-spec.ts";
import { imageSpec } from "../../../../plugins/docker/image-spec.ts";
import { networkSpec } from "../../../../plugins/docker/network.ts";
import { remoteImageSpec } from "../../../../plugins/docker/remote-image.ts";
import { volumeSpec } from "../../../../plugins/docker/volume.ts";
import { defaultPrivilegesSpec } from "../../../../plugins/postgresql/default-privileges.ts";
import { grantSpec } from "../../../../plugins/postgresql/grant.ts";
import { grantRoleSpec } from "../../../../plugins/postgresql/grant-role.ts";
import { roleSpec } from "../../../../plugins/postgresql/role.ts";
import { passwordSpec } from "../../../../plugins/random/random-password.ts";
import { bridged } from "../../../../plugins/sdk/bridged.ts";
import type { InputSpec } from "../../../../plugins/sdk/input-spec.ts";
import type { ResourceHandler } from "../../../../plugins/sdk/provider.ts";

type AnySpec = InputSpec<Record<string, unknown>>;

/** The rules of each type, and the file in which the official SDK declares its arguments. */
const TYPES = [
  ["docker/container", "ContainerArgs", containerSpec],
  ["docker/image", "ImageArgs", imageSpec],
  ["docker/network", "NetworkArgs", networkSpec],
  ["docker/remoteImage", "RemoteImageArgs", remoteImageSpec],
  ["docker/volume", "VolumeArgs", volumeSpec],
  ["postgresql/defaultPrivileges", "DefaultPrivilegesArgs", defaultPrivilegesSpec],
  ["postgresql/grant", "GrantArgs", grantSpec],
  ["postgresql/grantRole", "GrantRoleArgs", grantRoleSpec],
  ["postgresql/role", "RoleArgs", roleSpec],
  ["random/randomPassword", "RandomPasswordArgs", passwordSpec],
] as unknown as [string, string, AnySpec][];

const noLifecycle = {} as Omit<ResourceHandler<Record<string, unknown>, object>, "check" | "diff">;

/** Check and diff, without a lifecycle. */
const handlerOf = (spec: AnySpec) =>
  bridged<Record<string, unknown>, object>({ ...spec, validate: undefined }, noLifecycle);
const stateOf = (inputs: Record<string, unknown>) => ({ inputs, outputs: inputs });

describe.each(TYPES)("%s", (type, args, spec) => {
  const official = officialArguments(type, args);
  const handler = handlerOf(spec);

  it("has only inputs that the official type has", () => {
    const known = Object.keys({ ...spec.table, ...spec.fixed });
    expect(known.filter((key) => !official.includes(key))).toEqual([]);
    expect(official.length).toBeGreaterThan(2);
  });

  it("accepts or refuses by name each input of the official type", async () => {
    for (const property of official) {
      const only = spec.fixed?.[property];
      const news = { ...required(spec), [property]: only ?? "value" };
      const result = await handler.check?.(news, undefined);
      const refused = (result?.failures ?? []).map((failure) => failure.property);
      expect(refused).toEqual(property in { ...spec.table, ...spec.fixed } ? [] : [property]);
      if (only === undefined) continue;
      const other = await handler.check?.({ ...news, [property]: "other" }, undefined);
      expect(other?.failures?.[0]?.reason).toContain(`supports only ${only}`);
    }
  });

  it("classifies a change of each input as its table says", () => {
    for (const [property, change] of Object.entries(spec.table)) {
      const diff = handler.diff("", stateOf({ [property]: "a" }), { [property]: "b" });
      expect([property, diff.changes]).toEqual([property, change !== "ignore"]);
      expect(diff.replaces).toEqual(change === "replace" ? [property] : []);
      // A resource with a name or target of its own must be deleted before its replacement is created.
      expect(diff.deleteBeforeReplace).toBe(change === "replace" && !/remoteImage|random/.test(type));
    }
  });

  it("reports missing inputs", async () => {
    const result = await handler.check?.({}, undefined);
    expect(result?.failures?.map(({ property }) => property)).toEqual([...spec.required]);
  });

  it("reports no change against a state of the official plugin", async () => {
    const news = (await handler.check?.(required(spec), undefined))?.inputs ?? {};
    const theirs = { ...news, __defaults: Object.keys(spec.defaults ?? {}), keepers: null };
    expect(handler.diff("", stateOf(theirs), news).changes).toBe(false);
  });
});

describe("inputs of bridged types", () => {
  it("are compared as sets where order does not count", () => {
    const { diff } = handlerOf(containerSpec as unknown as AnySpec);
    const label = (name: string) => ({ label: name, value: "v" });
    const olds = stateOf({ envs: ["A=1", "B=2"], labels: [label("x"), { ...label("y"), __defaults: [] }] });
    expect(diff("", olds, { envs: ["B=2", "A=1"], labels: [label("y"), label("x")] }).changes).toBe(false);
    expect(diff("", olds, { envs: ["B=3", "A=1"], labels: olds.inputs.labels }).replaces).toEqual(["envs"]);
    expect(diff("", stateOf({ command: ["a", "b"] }), { command: ["b", "a"] }).replaces).toEqual(["command"]);
    const tests = (list: string[]) => ({ healthcheck: { tests: list } });
    expect(diff("", stateOf(tests(["CMD", "a"])), tests(["a", "CMD"])).replaces).toEqual(["healthcheck"]);
  });

  it("are refused by name inside objects and lists too", async () => {
    const { check } = handlerOf(containerSpec as unknown as AnySpec);
    const result = await check?.(
      { name: "n", image: "i", ports: [{ internal: 1, hostRange: "2" }] },
      undefined,
    );
    expect(result?.failures?.map(({ property }) => property)).toEqual(["ports.hostRange"]);
  });
});

function required(spec: AnySpec): Record<string, unknown> {
  return Object.fromEntries(spec.required.map((key) => [key, "value"]));
}

/** The names of the arguments in the official SDK's type declarations. */
function officialArguments(type: string, args: string): string[] {
  const [folder = "", file] = type.split("/");
  const root = dirname(createRequire(import.meta.url).resolve(`@pulumi/${folder}/package.json`));
  const text = readFileSync(join(root, `${file}.d.ts`), "utf8");
  const body = text.slice(text.indexOf(`export interface ${args} `)).split("\n}")[0] ?? "";
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name = ""]) => name);
}
