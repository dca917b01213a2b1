/** `docker:index/remoteImage:RemoteImage`: an image that is pulled. */
import type { ImageInspectInfo } from "dockerode";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import { docker, unlessMissing } from "./client.ts";
import { pullImage } from "./registry/pull.ts";

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
    const engine = await docker();
    const image = engine.getImage(news.name);
    if (!(await unlessMissing(image.inspect()))) {
      const { signal } = context;
      const onProgress = (text: string) => context.status(`pulling ${news.name}: ${text}`);
      context.status(`pulling ${news.name}`);
      await pullImage(engine, news.name, { signal, onProgress });
    }
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
