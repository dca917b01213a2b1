/** `docker:index/remoteImage:RemoteImage`: an image that is pulled. */
import type { ImageInspectInfo } from "dockerode";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import type { OperationContext } from "../sdk/provider.ts";
import { docker, unlessMissing } from "./client.ts";

interface RemoteImageInputs {
  name: string;
  /** Whether a delete leaves the image on this machine. */
  keepLocally?: boolean;
}

type RemoteImageOutputs = RemoteImageInputs & { imageId: string; repoDigest: string };

export const remoteImageSpec: InputSpec<RemoteImageInputs> = {
  table: {
    name: "replace",
    keepLocally: "update",
  },
  required: ["name"],
  listsDefaults: true,
  coexists: true,
};

export const remoteImage = bridged<RemoteImageInputs, RemoteImageOutputs>(remoteImageSpec, {
  create: async (news, context) => {
    const image = (await docker()).getImage(news.name);
    if (!(await unlessMissing(image.inspect()))) await pull(news, context);
    const live = await image.inspect();
    return { id: live.Id + news.name, outputs: outputsOf(news, live) };
  },

  read: async (id, { inputs }) => {
    // The id is the image's id followed by its name, as in the official plugin.
    const known: RemoteImageInputs = inputs ?? { name: id.replace(/^sha256:[0-9a-f]{64}/, "") };
    const live = await unlessMissing((await docker()).getImage(known.name).inspect());
    return live && { id, inputs: known, outputs: outputsOf(known, live) };
  },

  update: async (_id, { outputs: { imageId, repoDigest } }, news) => ({
    outputs: { ...news, imageId, repoDigest },
  }),

  delete: async (_id, { inputs }) => {
    if (inputs.keepLocally) return;
    await unlessMissing((await docker()).getImage(inputs.name).remove());
  },
});

function outputsOf(inputs: RemoteImageInputs, live: ImageInspectInfo): RemoteImageOutputs {
  return { ...inputs, imageId: live.Id, repoDigest: live.RepoDigests?.[0] ?? "" };
}

async function pull(news: RemoteImageInputs, context: OperationContext): Promise<void> {
  const engine = await docker();
  context.status(`pulling ${news.name}`);
  const stream = await engine.pull(news.name, { abortSignal: context.signal });
  const layers = new Map<string, string>();
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(
      stream,
      (error) => (error || failure ? reject(error ?? new Error(`${news.name}: ${failure}`)) : resolve()),
      ({ id, status, error }: { id?: string; status: string; error?: string }) => {
        // A pull that fails half-way reports it in an event; the stream itself ends without an error.
        failure ??= error;
        if (!id) return;
        layers.set(id, status);
        const done = [...layers.values()].filter((state) => /complete|exists/.test(state)).length;
        context.status(`pulling ${news.name}: ${done} of ${layers.size} layers`);
      },
    );
  });
}
