import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextDigest, legacyContextDigest } from "../../../plugins/docker/context-digest.ts";
import { HOST_PLATFORM } from "../../../plugins/docker/image-spec.ts";
import { type PropertyMap, UNKNOWN } from "../../../plugins/sdk/values.ts";
import { HANDLERS, programInputs, type RecordedResource, recordedResources } from "./recorded-states.ts";

const official = recordedResources("official-docker-plugin");
const substitute = recordedResources("substitute-docker-plugin");
const beforeTheCli = recordedResources("before-the-cli");
const states: [string, RecordedResource[], typeof contextDigest][] = [
  ["the official docker plugin", official, contextDigest],
  ["version 0.1", substitute, legacyContextDigest],
  ["the last version before the CLI", beforeTheCli, legacyContextDigest],
];

const home = process.cwd();
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "recorded-states-"));
  for (const folder of ["infra", "flink-jars", "producer"]) mkdirSync(join(project, folder));
  for (const folder of ["flink-jars", "producer"])
    writeFileSync(join(project, folder, "Dockerfile"), `FROM ${folder}\n`);
  // Where an engine starts plugins, and what an Image's paths are relative to.
  process.chdir(join(project, "infra"));
});
afterAll(() => {
  process.chdir(home);
  rmSync(project, { recursive: true });
});

/** The recorded inputs; those of an Image as if this project's files had been built on this machine. */
function recordedInputs({ inputs }: RecordedResource, digest: typeof contextDigest): PropertyMap {
  const build = inputs.build as { context: string; dockerfile: string; platform?: string } | undefined;
  if (!build) return inputs;
  const platform = build.platform && { platform: HOST_PLATFORM };
  return {
    ...inputs,
    build: { ...build, ...platform, contextDigest: digest(build.context, build.dockerfile) },
  };
}

async function checked(resource: RecordedResource, news: PropertyMap, olds?: PropertyMap) {
  const result = await HANDLERS[resource.type]?.check?.(news, olds);
  expect(result?.failures ?? []).toEqual([]);
  return result?.inputs ?? {};
}

const named = (resources: RecordedResource[]) =>
  resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, resource] as const);
const diffOf = ({ type, id, outputs }: RecordedResource, inputs: PropertyMap, news: PropertyMap) =>
  HANDLERS[type]?.diff(id, { inputs, outputs }, news);

it("each state has resources of every type", () => {
  for (const [, resources] of states) {
    expect(new Set(resources.map(({ type }) => type))).toEqual(new Set(Object.keys(HANDLERS)));
    expect(resources.length).toBe(29);
  }
});

describe.each(states)("a state of %s", (_writer, resources, digest) => {
  it.each(named(resources))("is taken over without a change: %s", async (_name, resource) => {
    const olds = recordedInputs(resource, digest);
    const news = await checked(resource, programInputs(resource), olds);
    expect(diffOf(resource, olds, news)).toMatchObject({ changes: false, replaces: [], detailed: {} });
    // The next run starts from what this one records.
    const again = await checked(resource, programInputs(resource), news);
    expect(again).toEqual(news);
    expect(diffOf(resource, news, again)).toMatchObject({ changes: false });
  });

  it.each(named(resources))("shows a change of each input: %s", async (_name, resource) => {
    const olds = recordedInputs(resource, digest);
    const program = programInputs(resource);
    const ignored = ["waitTimeout", "destroyGraceSeconds", "skipPush", "buildOnPreview"];
    for (const key of Object.keys(program).filter((key) => !ignored.includes(key))) {
      const news = await HANDLERS[resource.type]?.check?.({ ...program, [key]: changed(program[key]) }, olds);
      expect([key, diffOf(resource, olds, news?.inputs ?? {})?.changes]).toEqual([key, true]);
    }
  });

  it("has the host's platform for an image that names none, and shows a change to another", async () => {
    for (const resource of resources.filter(({ name }) => name.endsWith("-build"))) {
      const olds = recordedInputs(resource, digest);
      const onPlatform = (platform?: string) => {
        const program = programInputs(resource);
        return checked(resource, { ...program, build: { ...(program.build as object), platform } }, olds);
      };
      const host = await onPlatform();
      expect(host.build).toMatchObject({ platform: HOST_PLATFORM });
      expect(await onPlatform(HOST_PLATFORM)).toEqual(host);
      expect(diffOf(resource, olds, await onPlatform("linux/s390x"))).toMatchObject({
        changes: true,
        replaces: [],
      });
    }
  });
});

describe("a new resource", () => {
  const docker = official.filter(({ type }) => type.startsWith("docker:"));

  it.each(named(docker))("is recorded as by the official plugin: %s", async (_name, resource) => {
    const olds = recordedInputs(resource, contextDigest);
    expect(await checked(resource, programInputs(resource))).toEqual(olds);
    expect(await checked(resource, programInputs(resource), olds)).toEqual(olds);
  });
});

it("a container whose image is about to be built is replaced, and one whose image is known is not", async () => {
  const producer = official.find(({ type, name }) => name === "producer" && type.includes("Container"));
  if (!producer) throw new Error("The state has no producer");
  const news = await checked(producer, { ...programInputs(producer), image: UNKNOWN }, producer.inputs);
  expect(diffOf(producer, producer.inputs, news)).toMatchObject({ replaces: ["image"] });
});

/** Another value of the same kind. */
function changed(value: unknown): unknown {
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return value.length > 0 ? [...value.slice(1), changed(value[0])] : ["x"];
  const [[key, item] = ["x", "x"]] = Object.entries(value as object);
  return { ...(value as object), [key]: changed(item) };
}
