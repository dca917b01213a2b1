import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { container } from "../../../plugins/docker/container.ts";
import type { ContainerInputs } from "../../../plugins/docker/container-spec.ts";
import type { ContainerOutputs } from "../../../plugins/docker/container-state.ts";
import { image } from "../../../plugins/docker/image.ts";
import { network } from "../../../plugins/docker/network.ts";
import { remoteImage } from "../../../plugins/docker/remote-image.ts";
import { volume } from "../../../plugins/docker/volume.ts";
import { NotReady, type State } from "../../../plugins/sdk/provider.ts";
import { unwrapSecrets } from "../../../plugins/sdk/values.ts";
import { checked, drift, freePort, LABELS, testContext, testImage } from "./support.ts";

const NAME = "commerce-pipeline-providers-test";
const BUILT = `${NAME}:built`;
const engine = new Docker();
const context = testContext();

/** A container with every input that the pipeline uses. It becomes healthy half a second after its start. */
async function inputs(
  more: Partial<ContainerInputs> = {},
  script = "sleep 0.5; touch /tmp/ready; exec sleep 600",
) {
  return await checked(container, {
    name: NAME,
    image: testImage(),
    entrypoints: ["/bin/sh", "-c"],
    command: [script],
    user: "root",
    envs: ["GREETING=hello"],
    labels: LABELS,
    networksAdvanced: [{ name: NAME, aliases: ["test"] }],
    volumes: [{ volumeName: NAME, containerPath: "/data" }],
    uploads: [
      { file: "/run/deep/secret", content: "s3cret" },
      { file: "/usr/local/bin/greet", content: "#!/bin/sh\necho $GREETING\n", executable: true },
    ],
    healthcheck: {
      tests: ["CMD-SHELL", "test -f /tmp/ready || { echo not yet; false; }"],
      interval: "500ms",
      retries: 2,
    },
    wait: true,
    waitTimeout: 20,
    memory: 64,
    stopTimeout: 1,
    ...more,
  });
}

async function run(id: string, command: string): Promise<string> {
  const exec = await engine
    .getContainer(id)
    .exec({ Cmd: ["sh", "-c", command], AttachStdout: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  return (await stream.toArray()).join("").trim();
}

async function cleanUp(): Promise<void> {
  const filters = { label: [`${LABELS[0]?.label}=${LABELS[0]?.value}`] };
  for (const { Id } of await engine.listContainers({ all: true, filters })) {
    await engine.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await engine.listNetworks({ filters })) await engine.getNetwork(Id).remove();
  for (const { Name } of (await engine.listVolumes({ filters })).Volumes ?? [])
    await engine.getVolume(Name).remove();
  await engine
    .getImage(BUILT)
    .remove({ force: true })
    .catch(() => {});
}

let networkId: string;
beforeAll(async () => {
  await cleanUp();
  networkId = (await network.create(await checked(network, { name: NAME, labels: LABELS }), context)).id;
  await volume.create(await checked(volume, { name: NAME, labels: LABELS }), context);
});
afterAll(cleanUp);

describe("networks and volumes", () => {
  it("are observed as declared", async () => {
    const declared = { name: NAME, labels: LABELS };
    expect(await drift(network, networkId, await checked(network, declared))).toEqual({});
    expect(await drift(volume, NAME, await checked(volume, declared))).toEqual({});
  });

  it("left by a killed run are adopted, but not those of another stack", async () => {
    const declared = { name: NAME, labels: LABELS };
    expect((await network.create(declared, context)).id).toBe(networkId);
    expect((await volume.create(declared, context)).id).toBe(NAME);
    const other = { name: NAME, labels: [{ label: "other", value: "stack" }] };
    await expect(network.create(other, context)).rejects.toThrow("does not have this stack's labels");
    await expect(volume.create({ name: NAME }, context)).rejects.toThrow("does not have this stack's labels");
  });

  it("that no longer exist are read as deleted, and deleted without an error", async () => {
    const gone = { inputs: { name: `${NAME}-gone` }, outputs: {} as never };
    expect(await network.read(gone.inputs.name, {})).toBeUndefined();
    expect(await volume.read(gone.inputs.name, {})).toBeUndefined();
    await network.delete(gone.inputs.name, gone, context);
    await volume.delete(gone.inputs.name, gone, context);
  });
});

describe("a container", () => {
  let id: string;
  let news: ContainerInputs;
  const state = () => ({ inputs: news, outputs: {} as never });

  it("is created, and is healthy when the creation returns", async () => {
    news = await inputs({ ports: [{ internal: 80, external: await freePort(), ip: "127.0.0.1" }] });
    const created = await container.create(news, context);
    id = created.id;
    const live = await engine.getContainer(id).inspect();
    expect(live.State.Health?.Status).toBe("healthy");
    expect(Object.keys(live.NetworkSettings.Networks)).toEqual([NAME]);
    expect(live.NetworkSettings.Networks[NAME]?.Aliases).toContain("test");
    expect(JSON.stringify(live)).not.toContain("s3cret");
    expect(created.outputs).toMatchObject({
      name: NAME,
      image: live.Image,
      hostname: live.Config.Hostname,
    });
    expect(
      await run(id, "cat /run/deep/secret; stat -c ' %U %a' /run/deep/secret; greet; touch /data/kept"),
    ).toBe("s3cret root 644\r\nhello");
  });

  it("shows no drift", async () => {
    expect(await drift(container, id, news)).toEqual({});
  });

  it("takes a new memory limit and restart policy in place", async () => {
    const more: ContainerInputs = { ...news, memory: 96, restart: "unless-stopped" };
    expect(container.diff(id, state(), more)).toMatchObject({ replaces: [] });
    await container.update(id, state(), more, context);
    const { HostConfig } = await engine.getContainer(id).inspect();
    expect(HostConfig).toMatchObject({ Memory: 96 * 1024 * 1024, RestartPolicy: { Name: "unless-stopped" } });
    news = more;
    expect(await drift(container, id, news)).toEqual({});
  });

  it("that was stopped shows as drift, and is started again", async () => {
    await engine.getContainer(id).stop({ t: 0 });
    expect(await drift(container, id, news)).toEqual({ mustRun: "update" });
    await container.update(id, state(), news, context);
    expect(await drift(container, id, news)).toEqual({});
  });

  it("that is unhealthy shows as drift, and is restarted", async () => {
    await run(id, "rm /tmp/ready");
    await expect.poll(() => drift(container, id, news), { timeout: 10_000 }).toEqual({ wait: "update" });
    await container.update(id, state(), { ...news, destroyGraceSeconds: 1 }, context);
    expect(await drift(container, id, news)).toEqual({});
  });

  it("left by a killed run is recreated, but not one of another stack", async () => {
    const again = await container.create(news, context);
    expect(again.id).not.toBe(id);
    expect(context.messages).toContain(`Container ${NAME} was left by an earlier run: recreating it`);
    id = again.id;
    expect(await run(id, "ls /data")).toContain("kept");
    const foreign = { ...news, labels: [{ label: "other", value: "stack" }] };
    await expect(container.create(foreign, context)).rejects.toThrow(
      `A container named "${NAME}" already exists`,
    );
    expect(await drift(container, id, news)).toEqual({});
  });

  it("prevents the deletion of its network and volume, with an error that names it", async () => {
    const declared = { inputs: { name: NAME }, outputs: {} as never };
    await expect(network.delete(networkId, declared, context)).rejects.toThrow(`still used by: ${NAME}.`);
    await expect(volume.delete(NAME, declared, context)).rejects.toThrow(`still used by: ${NAME}.`);
  });

  it("is deleted, and deleted again without an error", async () => {
    await container.delete(
      id,
      { inputs: { ...news, destroyGraceSeconds: 1 }, outputs: {} as never },
      context,
    );
    expect(await drift(container, id, news)).toBeUndefined();
    await container.delete(id, state(), context);
  });
});

describe("a container that fails to start", () => {
  const other = `${NAME}-failing`;
  /** Creates it, in vain. @returns what is recorded of the container, which stays as it is */
  const fails = async (news: ContainerInputs, message: RegExp, signal?: AbortSignal) => {
    const error: unknown = await container.create(news, testContext(signal)).catch((thrown) => thrown);
    if (!(error instanceof NotReady)) throw error;
    expect(error.message).toMatch(message);
    expect((await engine.getContainer(other).inspect()).Id).toBe(error.id);
    return { id: error.id, state: error.state as State<ContainerInputs, ContainerOutputs> };
  };
  afterEach(() => engine.getContainer(other).remove({ force: true }));

  it("and exits is reported with its exit code and last log lines", async () => {
    const news = await inputs({ name: other }, "echo to out; echo to err >&2; exit 3");
    await fails(
      news,
      /failing ended instead of staying up \(state exited, exit code 3.*\)\.(?=.*to out)(?=.*to err)/s,
    );
  });

  it("and keeps restarting is reported long before the timeout", async () => {
    const news = await inputs({ name: other, restart: "always", waitTimeout: 60 }, "echo crash; exit 1");
    await fails(news, /failing keeps restarting \(.*exit code 1.*crash/s);
  });

  it("and never becomes healthy is reported with its last health check", async () => {
    const news = await inputs({ name: other, waitTimeout: 3 }, "echo working on it; exec sleep 600");
    await fails(news, /is not healthy after 3 s.*Last health check, exit code 1: not yet.*working on it/s);
  });

  it("in time is left running, and found again by the next run, without a restart", async () => {
    const news = await inputs({ name: other, waitTimeout: 3 }, "sleep 12; touch /tmp/ready; exec sleep 600");
    const { id, state } = await fails(news, /is not healthy after 3 s; it goes on starting/);
    const started = (await engine.getContainer(id).inspect()).State.StartedAt;
    await expect
      .poll(async () => (await engine.getContainer(id).inspect()).State.Health?.Status, { timeout: 10_000 })
      .toBe("unhealthy");
    const seen = await container.read(id, state);
    if (seen === undefined) throw new Error("the container is there");
    expect(container.diff(id, seen, news)).toMatchObject({ changes: true, replaces: [] });
    await container.update(id, seen, { ...news, waitTimeout: 20 }, context);
    expect((await engine.getContainer(id).inspect()).State).toMatchObject({
      StartedAt: started,
      Health: { Status: "healthy" },
    });
    expect(await drift(container, id, news)).toEqual({});
  });

  it("because it has no health check to wait for is reported", async () => {
    const news = await inputs({ name: other, healthcheck: undefined });
    await fails(news, /has no health check to wait for/);
  });

  it("stays when the run is cancelled", async () => {
    const news = await inputs({ name: other }, "exec sleep 600");
    await fails(news, /aborted/, AbortSignal.timeout(1500));
  });
});

describe("images", () => {
  it("that exist are not pulled", async () => {
    const news = { name: testImage(), keepLocally: true };
    const { id, outputs } = await remoteImage.create(news, context);
    expect(id).toBe(outputs.imageId + news.name);
    expect(await drift(remoteImage, id, news)).toEqual({});
    expect((await remoteImage.read(id, {}))?.inputs).toEqual({ name: news.name });
    await remoteImage.delete(id, { inputs: news, outputs }, context);
    await engine.getImage(news.name).inspect();
  });

  describe("that are built", () => {
    let folder: string;
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
    const build = async (more = {}) =>
      await checked(image, {
        imageName: BUILT,
        build: { context: folder, args: { BASE: testImage() }, ...more },
        skipPush: true,
      });

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "providers-test-"));
      mkdirSync(join(folder, "in"));
      write("in/kept.txt", "one");
      write("in/left-out.log", "log");
      write(".dockerignore", "**/*.log\n");
      write("Dockerfile", "ARG BASE\nFROM ${BASE}\nUSER root\nCOPY in /in\nRUN ls /in > /listing\n");
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("contain their context, without ignored files", async () => {
      const news = await build();
      const progress = testContext();
      const { id, outputs } = await image.create(news, progress);
      const { Id: repoDigest } = await engine.getImage(BUILT).inspect();
      expect(outputs).toMatchObject({ imageName: BUILT, dockerfile: "Dockerfile", repoDigest });
      expect(unwrapSecrets(outputs.__inputs)).toEqual(news);
      expect(progress.messages.some((line) => line.startsWith("Step 4/5 : COPY in /in"))).toBe(true);
      expect(await drift(image, id, news)).toEqual({});
      const inside = await checked(container, {
        ...(await inputs()),
        image: BUILT,
        name: `${NAME}-built`,
        wait: false,
      });
      const made = await container.create(inside, context);
      expect(await run(made.id, "cat /listing /in/kept.txt")).toBe("kept.txt\r\none");
      await container.delete(made.id, { inputs: inside, outputs: made.outputs }, context);
    });

    it("are built from the cache, and rebuilt after a change", async () => {
      const before = await image.create(await build(), context);
      expect((await image.create(await build(), context)).outputs.repoDigest).toBe(before.outputs.repoDigest);
      const olds = { inputs: await build(), outputs: before.outputs };
      write("in/kept.txt", "two");
      const news = await build();
      expect(image.diff(before.id, olds, news)).toMatchObject({ detailed: { build: "update" } });
      const { outputs } = await image.update(before.id, olds, news, context);
      expect(outputs.repoDigest).not.toBe(before.outputs.repoDigest);
    });

    it("report the failing command and its output if the build fails", async () => {
      write("Broken", "ARG BASE\nFROM ${BASE}\nRUN echo about to fail && exit 7\n");
      const news = await build({ dockerfile: join(folder, "Broken") });
      await expect(image.create(news, context)).rejects.toThrow(
        /failed: .*returned a non-zero code: 7.*about to fail/s,
      );
    });

    it("are read as deleted after they were removed", async () => {
      await engine.getImage(BUILT).remove({ force: true });
      expect(await image.read(BUILT, {})).toBeUndefined();
    });
  });
});
