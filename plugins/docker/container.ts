/** `docker:index/container:Container`. */
import { Readable } from "node:stream";
import type { ContainerInspectInfo } from "dockerode";
import tar from "tar-fs";
import { bridged } from "../sdk/bridged.ts";
import type { Diff, OperationContext } from "../sdk/provider.ts";
import { deepEqual } from "../sdk/values.ts";
import { docker, refuseForeign, requireOwn, statusOf, unlessMissing } from "./client.ts";
import { createBody, limits } from "./container-body.ts";
import { isStillStarting, whenReady } from "./container-ready.ts";
import { type ContainerInputs, containerSpec, type Upload } from "./container-spec.ts";
import { type ContainerOutputs, observedInputs, outputsOf } from "./container-state.ts";
import { inspectSettled } from "./container-wait.ts";

const base = bridged<ContainerInputs, ContainerOutputs>(containerSpec, {
  create: async (news, context) => {
    await removeOwnOrphan(news, context);
    const container = await (await docker()).createContainer(createBody(news));
    try {
      await connectNetworks(container.id, news);
      if (news.uploads?.length) await container.putArchive(archive(news.uploads), { path: "/" });
      await container.start();
    } catch (error) {
      // Nothing would start it again, so it would be in the way of the next run.
      await container.remove({ force: true, v: true }).catch(() => {});
      throw error;
    }
    return { id: container.id, outputs: await whenReady(container, news, context) };
  },

  read: async (id, { inputs }, signal) => {
    const container = (await docker()).getContainer(id);
    const live = await unlessMissing(inputs?.wait ? inspectSettled(container, signal) : container.inspect());
    if (!live) return undefined;
    const observed = observedInputs(live, inputs);
    return { id: live.Id, inputs: observed, outputs: outputsOf(observed, live) };
  },

  update: async (id, olds, news, context) => {
    const container = (await docker()).getContainer(id);
    if (!deepEqual(limits(olds.inputs), limits(news))) await container.update(limits(news));
    if (news.mustRun) {
      const { State: state } = await container.inspect();
      if (!state.Running) await container.start();
      else if (news.wait && state.Health?.Status === "unhealthy" && !isStillStarting(olds.inputs, state)) {
        context.status("restarting it, as it is unhealthy");
        await container.restart({ t: news.destroyGraceSeconds ?? 10 });
      }
      return { outputs: await whenReady(container, news, context) };
    }
    return { outputs: outputsOf(news, await container.inspect()) };
  },

  delete: async (id, { inputs }) => {
    const container = (await docker()).getContainer(id);
    const live = await unlessMissing(container.inspect());
    if (!live) return;
    if (live.State.Running && inputs.destroyGraceSeconds) {
      await unlessDone(container.stop({ t: inputs.destroyGraceSeconds }));
    }
    await unlessDone(container.remove({ force: true, v: true }));
    await unlessMissing(container.wait({ condition: "removed" }));
  },
});

/** Docker changes these limits on a running container, but cannot remove them. */
const REMOVABLE_BY_REPLACE = ["memory", "cpus"];

export const container = {
  ...base,
  diff: (...args: Parameters<typeof base.diff>): Diff => {
    const diff = base.diff(...args);
    const removed = REMOVABLE_BY_REPLACE.filter((key) => diff.detailed?.[key] === "delete");
    if (removed.length === 0) return diff;
    const detailed = Object.fromEntries(removed.map((key) => [key, "delete-replace" as const]));
    return {
      ...diff,
      replaces: [...diff.replaces, ...removed],
      deleteBeforeReplace: true,
      detailed: { ...diff.detailed, ...detailed },
    };
  },
};

/** A killed run may have left an incomplete container. It is removed, as nothing tells how far the run got. */
async function removeOwnOrphan(news: ContainerInputs, context: OperationContext): Promise<void> {
  const orphan = (await docker()).getContainer(news.name);
  const live: ContainerInspectInfo | undefined = await unlessMissing(orphan.inspect());
  if (live?.Name !== `/${news.name}`) return;
  requireOwn("container", news.name, live.Config.Labels, news.labels);
  refuseForeign("container", news.name, live.Config.Labels, news.labels);
  context.log("info", `Container ${news.name} was left by an earlier run: recreating it`);
  await unlessDone(orphan.remove({ force: true, v: true }));
}

/** Disconnects the default network and connects the declared ones, as the official plugin does. */
async function connectNetworks(id: string, { networksAdvanced = [] }: ContainerInputs): Promise<void> {
  if (networksAdvanced.length === 0) return;
  const engine = await docker();
  await engine.getNetwork("bridge").disconnect({ Container: id, Force: true });
  for (const { name, aliases, ipv4Address, ipv6Address } of networksAdvanced) {
    const addresses = { IPv4Address: ipv4Address, IPv6Address: ipv6Address };
    const endpoint = { Aliases: aliases, ...((ipv4Address || ipv6Address) && { IPAMConfig: addresses }) };
    await engine.getNetwork(name).connect({ Container: id, EndpointConfig: endpoint });
  }
}

function archive(uploads: Upload[]): Readable {
  const files = tar.pack(".", {
    entries: [],
    finalize: false,
    finish: (pack) => {
      for (const { file, content, contentBase64, executable, permissions } of uploads) {
        const mode = permissions ? Number.parseInt(permissions, 8) : executable ? 0o744 : 0o644;
        const body =
          contentBase64 === undefined ? Buffer.from(content ?? "") : Buffer.from(contentBase64, "base64");
        pack.entry({ name: file.replace(/^\/+/, ""), mode, uid: 0, gid: 0 }, body);
      }
      pack.finalize();
    },
  });
  return Readable.from(files);
}

/** Ignores the error if it was done before (304, 404) or is being done by somebody else (409). */
async function unlessDone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (![304, 404, 409].includes(statusOf(error) ?? 0)) throw error;
  }
}
