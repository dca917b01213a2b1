/** The client code asks and pulls through an engine whose registry misbehaves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { absentImages, askForImages, pullImages } from "../../cli/setup/registry-images.ts";
import { configureDocker } from "../../plugins/docker/client.ts";
import { image as imageHandler } from "../../plugins/docker/image.ts";
import { askForImage } from "../../plugins/docker/registry/ask.ts";
import { RegistryFailure } from "../../plugins/docker/registry/call.ts";
import type { FailureKind } from "../../plugins/docker/registry/failure.ts";
import { pullImage } from "../../plugins/docker/registry/pull.ts";
import { remoteImage } from "../../plugins/docker/remote-image.ts";
import { testContext } from "../live/plugins/support.ts";
import { type EngineOptions, startEngine, type TestEngine } from "../registry/engine.ts";
import { type Behaviour, LAYER_BYTES, startRegistry, type TestRegistry } from "../registry/registry.ts";

let config: string;
const open: AsyncDisposable[] = [];
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), "docker config "));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server[Symbol.asyncDispose]()));
  rmSync(config, { recursive: true });
  vi.unstubAllEnvs();
  configureDocker({});
});

interface Rig {
  readonly engine: TestEngine;
  readonly registry: TestRegistry;
  readonly image: string;
}

async function rig(behaviour: Behaviour, options: EngineOptions = {}, login?: string): Promise<Rig> {
  const registry = await startRegistry({ kafka: behaviour }, login);
  const engine = await startEngine(options);
  open.push(engine, registry);
  return { engine, registry, image: `${registry.host}/kafka:4.3.1` };
}

/** Options that note what is shown and how long each pause would be. */
function options(signal = new AbortController().signal) {
  const shown: string[] = [];
  const pauses: number[] = [];
  return {
    ...{ signal, shown, pauses },
    env: { ...process.env, DOCKER_CONFIG: config },
    onProgress: (text: string) => void shown.push(text),
    sleep: async (ms: number) => void pauses.push(ms),
  };
}

async function failureOf(work: Promise<void>): Promise<RegistryFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RegistryFailure) return error;
  throw new Error(`expected a RegistryFailure, got ${error}`);
}

describe("asking", () => {
  test("takes an answer for a yes, without pulling", async () => {
    const { engine, image } = await rig({});
    await askForImage(engine.docker, image, options());
    expect(engine.images).toEqual(new Set());
  });

  test.each<[FailureKind, Behaviour, string]>([
    ["missing", { isMissing: true }, "the registry has no IMAGE (manifest unknown: manifest unknown)"],
    ["refused", { isDenied: true }, "the registry refuses IMAGE (denied: requested access"],
    ["busy", { tooMany: 100 }, "the registry has been asked too often, and does not give IMAGE now"],
  ])("finds %s", async (kind, behaviour, sentence) => {
    const { engine, image } = await rig(behaviour);
    const error = await failureOf(askForImage(engine.docker, image, options()));
    expect(error.failure.kind).toBe(kind);
    expect(error.message).toContain(sentence.replace("IMAGE", image));
  });

  test("finds unreachable, after asking again", async () => {
    const { engine, registry, image } = await rig({});
    await registry[Symbol.asyncDispose]();
    open.splice(open.indexOf(registry), 1);
    const asked = options();
    const error = await failureOf(askForImage(engine.docker, image, asked));
    expect(error.failure).toMatchObject({ kind: "unreachable", reason: expect.stringContaining("refused") });
    expect(asked.pauses).toEqual([1_000, 3_000]);
  });

  test("waits for a slow answer, within a limit", async () => {
    const { engine, image } = await rig({ delayMs: 300 });
    await askForImage(engine.docker, image, options());
    const error = await failureOf(askForImage(engine.docker, image, { ...options(), answerMs: 100 }));
    expect(error.failure).toMatchObject({ kind: "slow", reason: "no answer within 0.1 s" });
  });

  test("asks a busy registry again, and says so", async () => {
    const { engine, registry, image } = await rig({ tooMany: 2, retryAfter: 4 });
    const asked = options();
    await askForImage(engine.docker, image, asked);
    expect(registry.requests).toHaveLength(3);
    expect(asked.pauses).toEqual([2_000, 5_000]);
    expect(asked.shown[0]).toMatch(/^asking again in 2 s: the registry has been asked too often/);
  });

  test("pulls where the engine has no such endpoint, as with Podman", async () => {
    const { engine, image } = await rig({}, { isPodman: true });
    await askForImage(engine.docker, image, options());
    expect(engine.images).toEqual(new Set([image]));
  });

  test("finds a missing image with Podman as well", async () => {
    const { engine, image } = await rig({ isMissing: true }, { isPodman: true });
    const error = await failureOf(askForImage(engine.docker, image, options()));
    expect(error.failure.kind).toBe("missing");
  });

  test("ends at once when it is interrupted", async () => {
    const { engine, image } = await rig({ delayMs: 10_000 });
    const since = performance.now();
    const asking = askForImage(engine.docker, image, options(AbortSignal.timeout(100)));
    await expect(asking).rejects.not.toBeInstanceOf(RegistryFailure);
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});

describe("pulling", () => {
  test("shows bytes and layers", async () => {
    const { engine, image } = await rig({});
    const pulled = options();
    await pullImage(engine.docker, image, pulled);
    expect(engine.images).toEqual(new Set([image]));
    const megabytes = (2 * LAYER_BYTES) / 1e6;
    expect(pulled.shown.at(-1)).toBe(`${megabytes.toFixed(1)} of ${megabytes.toFixed(1)} MB, 2 of 2 layers`);
  });

  test("begins again when the registry breaks off, with a bound", async () => {
    const once = await rig({ breaksOff: 1 });
    await pullImage(once.engine.docker, once.image, options());
    expect(once.engine.images).toEqual(new Set([once.image]));
    const always = await rig({ breaksOff: 100 });
    const pulled = options();
    const error = await failureOf(pullImage(always.engine.docker, always.image, pulled));
    expect(error.message).toContain("unexpected EOF");
    expect(pulled.pauses).toEqual([1_000, 3_000]);
  });

  test("gives up an engine that reports nothing", async () => {
    const { engine, image } = await rig({ stallMs: 3_000 });
    const error = await failureOf(pullImage(engine.docker, image, { ...options(), silenceMs: 200 }));
    expect(error.failure).toMatchObject({ kind: "slow", reason: "nothing heard for 0.2 s" });
  });

  test("ends at once when it is interrupted in the middle of a layer, and so does the engine's", async () => {
    const { engine, image } = await rig({ stallMs: 3_000 });
    const interrupt = new AbortController();
    const pulled = options(interrupt.signal);
    const pulling = pullImage(engine.docker, image, {
      ...pulled,
      onProgress: () => interrupt.abort(new Error("Ctrl-C")),
    });
    const since = performance.now();
    await expect(pulling).rejects.toThrow("Ctrl-C");
    expect(performance.now() - since).toBeLessThan(1_500);
    await expect.poll(() => engine.abandoned).toEqual([image]);
  });
});

describe("a registry that requires a login", () => {
  const login = "ann:pass:word";
  const writeConfig = (content: object) =>
    writeFileSync(join(config, "config.json"), JSON.stringify(content));

  test("refuses without one", async () => {
    const { engine, image } = await rig({}, {}, login);
    const error = await failureOf(askForImage(engine.docker, image, options()));
    expect(error.failure.kind).toBe("refused");
  });

  test("gets what `docker login` has stored, for questions and pulls, and not in the URL", async () => {
    const { engine, registry, image } = await rig({}, {}, login);
    writeConfig({ auths: { [registry.host]: { auth: Buffer.from(login).toString("base64") } } });
    await askForImage(engine.docker, image, options());
    await pullImage(engine.docker, image, options());
    expect(engine.images).toEqual(new Set([image]));
    expect(engine.requests.join()).not.toMatch(/pass|auth/i);
  });

  test("says why stored credentials were not used", async () => {
    const { engine, registry, image } = await rig({}, {}, login);
    writeConfig({ credHelpers: { [registry.host]: "not-installed" } });
    const error = await failureOf(askForImage(engine.docker, image, options()));
    expect(error.message).toContain("credentials: docker-credential-not-installed");
  });
});

/** Steps as lines: their titles and how they ended. */
function listedSteps() {
  const lines: string[] = [];
  const step = (title: string) => ({
    update: () => {},
    done: (note = "done") => void lines.push(`${title}: ${note}`),
    fail: () => void lines.push(`${title}: failed`),
  });
  return { lines, step };
}

describe("the command line", () => {
  const { signal } = new AbortController();

  test("asks for absent images only, and says which one is missing", async () => {
    const { engine, registry, image } = await rig({});
    const here = `${registry.host}/here:1`;
    const gone = `${registry.host}/gone:1`;
    const withImage = await startEngine({ images: [here] });
    open.push(withImage);
    const absent = await absentImages(withImage.docker, [here, image, gone]);
    expect(absent).toEqual([image, gone]);
    const progress = listedSteps();
    const answers = await askForImages(engine.docker, absent, progress, signal);
    expect(answers.map(({ failure }) => failure?.failure.kind)).toEqual([undefined, "missing"]);
    expect(progress.lines.join()).toContain(`Asking the image registry: the registry has no ${gone}`);
  });

  test("pulls each image as a step, and says why one cannot be pulled", async () => {
    const { engine, registry, image } = await rig({});
    const progress = listedSteps();
    await pullImages(engine.docker, [image], progress, signal);
    expect(progress.lines).toEqual([`Pulling ${image}: done`]);
    const gone = `${registry.host}/gone:1`;
    await expect(pullImages(engine.docker, [gone], progress, signal)).rejects.toThrow(
      `the registry has no ${gone}`,
    );
  });
});

describe("the Docker plugin", () => {
  const connect = ({ engine }: Rig) => {
    vi.stubEnv("DOCKER_HOST", engine.url);
    vi.stubEnv("DOCKER_CONFIG", config);
    configureDocker({});
  };

  test("pulls with bytes, and says why it cannot", async () => {
    const started = await rig({});
    connect(started);
    const context = testContext();
    const { outputs } = await remoteImage.create({ name: started.image }, context);
    expect(outputs.imageId).toBe(`sha256:${started.image}`);
    expect(context.messages.at(-1)).toMatch(/pulling .*kafka:4.3.1: 0.4 of 0.4 MB, 2 of 2 layers/);
    const gone = remoteImage.create({ name: `${started.registry.host}/gone:1` }, context);
    await expect(gone).rejects.toThrow("the registry has no");
  });

  test("ends a pull at once when the run is cancelled", async () => {
    const started = await rig({ stallMs: 5_000 });
    connect(started);
    const since = performance.now();
    const pulling = remoteImage.create({ name: started.image }, testContext(AbortSignal.timeout(300)));
    await expect(pulling).rejects.toThrow(/abort|timeout/i);
    expect(performance.now() - since).toBeLessThan(2_500);
    await expect.poll(() => started.engine.abandoned).toEqual([started.image]);
  });

  test("builds with the credentials of the registries that the build names", async () => {
    const started = await rig({});
    connect(started);
    // In base64, this password has letters that the alphabet for URLs replaces.
    const auth = Buffer.from("ann:\u{1F511}???>>>").toString("base64");
    const stored = { auths: { "a.b": { auth }, "c.d": { auth } } };
    writeFileSync(join(config, "config.json"), JSON.stringify(stored));
    writeFileSync(join(config, "Dockerfile"), "ARG BASE\nFROM ${BASE}\n");
    const build = { context: config, args: { BASE: "a.b/flink:2" } };
    await imageHandler.create({ imageName: "built:1", build, skipPush: true }, testContext());
    expect(started.engine.buildCredentials).toEqual([
      { "a.b": { username: "ann", password: "\u{1F511}???>>>", serveraddress: "a.b" } },
    ]);
  });
});
