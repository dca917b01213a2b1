import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { configureDocker } from "../../../plugins/docker/client.ts";
import { contextDigest, legacyContextDigest } from "../../../plugins/docker/context-digest.ts";
import { isSecret, type PropertyMap, unwrapSecrets } from "../../../plugins/sdk/values.ts";
import { type FakeDaemon, startFakeDaemon } from "./fake-daemon.ts";
import { HANDLERS, type RecordedResource, recordedResources } from "./recorded-states.ts";

/** Resources of Postgres are tested against a server: test/live/plugins. */
const readable = (resources: RecordedResource[]) =>
  resources.filter(({ type }) => !type.startsWith("postgresql:"));
const official = readable(recordedResources("official-docker-plugin"));
const substitute = readable(recordedResources("substitute-docker-plugin"));

let daemon: FakeDaemon;
const daemonWith = async (...args: Parameters<typeof startFakeDaemon>) => {
  daemon = await startFakeDaemon(...args);
  configureDocker({ host: daemon.host });
};
afterEach(() => daemon.stop());
afterAll(() => configureDocker({}));

async function refreshed({ type, id, inputs, outputs }: RecordedResource) {
  const state = (await HANDLERS[type]?.read(id, { inputs, outputs })) ?? { id: "", inputs: {}, outputs: {} };
  // The engine asks what the next `up` of the same program would change.
  return { ...state, diff: HANDLERS[type]?.diff(id, state, inputs) };
}
const typeAndName = ({ type, name }: RecordedResource) => `${type} ${name}`;
const find = (resources: RecordedResource[], type: string, name: string) => {
  const found = resources.find((resource) => resource.name === name && resource.type.endsWith(`:${type}`));
  if (!found) throw new Error(`The state has no ${type} ${name}`);
  return found;
};

describe("a refresh", () => {
  it("does not change a state of the official plugin", async () => {
    await daemonWith(official);
    for (const resource of official) {
      const { id, inputs, outputs, diff } = await refreshed(resource);
      const name = typeAndName(resource);
      expect([name, id, inputs]).toEqual([name, resource.id, resource.inputs]);
      expect([name, outputs]).toEqual([name, resource.outputs]);
      expect([name, diff?.changes]).toEqual([name, false]);
    }
  });

  it("reports no change of a state of version 0.1", async () => {
    await daemonWith(substitute);
    for (const resource of substitute) {
      const { inputs, diff } = await refreshed(resource);
      const name = typeAndName(resource);
      expect([name, inputs, diff?.changes]).toEqual([name, resource.inputs, false]);
    }
  });

  it("finds resources that no longer exist", async () => {
    await daemonWith([]);
    for (const { type, id, inputs, outputs } of official.filter(({ type }) => type.startsWith("docker:")))
      expect([type, await HANDLERS[type]?.read(id, { inputs, outputs })]).toEqual([type, undefined]);
  });

  it("removes a default that was changed by hand from the list of defaults", async () => {
    const producer = find(official, "Container", "producer");
    const stop = (container: PropertyMap) => ({ ...container, State: { Running: false, ExitCode: 137 } });
    await daemonWith(official, stop);
    const { inputs, outputs, diff } = await refreshed(producer);
    expect(diff?.detailed).toEqual({ mustRun: "update" });
    const names = producer.inputs.__defaults as string[];
    expect(inputs).toEqual({
      ...producer.inputs,
      mustRun: false,
      __defaults: names.filter((name) => name !== "mustRun"),
    });
    // It describes the outputs of the official plugin, not these.
    expect(outputs).toMatchObject({ mustRun: false, exitCode: 137 });
    expect(outputs).not.toHaveProperty("__pulumi_raw_state_delta");
  });
});

describe("a refresh of an image that version 0.1 built", () => {
  let project: string;
  let recorded: RecordedResource;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "refreshed-states-"));
    mkdirSync(join(project, "flink-jars"));
    writeFileSync(join(project, "flink-jars/Dockerfile"), "FROM flink\n");
    const [context, dockerfile] = [join(project, "flink-jars"), join(project, "flink-jars/Dockerfile")];
    const build = { context, dockerfile, contextDigest: legacyContextDigest(context, dockerfile) };
    const image = find(substitute, "Image", "flink-build");
    recorded = { ...image, inputs: { ...image.inputs, build } };
  });
  afterAll(() => rmSync(project, { recursive: true }));

  it("adds the inputs that the official plugin compares with, as a secret, if the files are the same", async () => {
    await daemonWith([recorded]);
    const { outputs, diff } = await refreshed(recorded);
    expect(diff?.changes).toBe(false);
    expect(isSecret(outputs.__inputs)).toBe(true);
    const { context = "", dockerfile = "" } = recorded.inputs.build as Record<string, string>;
    const build = { context, dockerfile, platform: expect.stringMatching(/^linux\//) };
    expect(unwrapSecrets(outputs.__inputs)).toEqual({
      ...recorded.inputs,
      build: { ...build, contextDigest: contextDigest(context, dockerfile) },
    });
    writeFileSync(dockerfile, "FROM other\n");
    expect(unwrapSecrets((await refreshed(recorded)).outputs.__inputs)).toEqual(recorded.inputs);
  });
});
