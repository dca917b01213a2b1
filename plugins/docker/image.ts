/** `docker:index/image:Image`: an image that is built and stays on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bridged } from "../sdk/bridged.ts";
import { type Secret, secret } from "../sdk/values.ts";
import { docker, unlessMissing } from "./client.ts";
import { buildImage } from "./image-build.ts";
import { buildPaths, type ImageInputs, imageSpec, recordedBuild } from "./image-spec.ts";

interface ImageOutputs {
  imageName: string;
  baseImageName: string;
  context: string;
  /** Relative to the context. */
  dockerfile: string;
  platform?: string;
  registryServer: string;
  /** The image's id: it is not pushed to a registry, so it has no digest there. */
  repoDigest: string;
  /** The official plugin compares new inputs with these. Without them it would rebuild the image. */
  __inputs: Secret;
}

const base = bridged<ImageInputs, ImageOutputs>(imageSpec, {
  create: async (news, context) => ({
    id: news.imageName,
    outputs: outputsOf(news, await buildImage(news, context)),
  }),

  read: async (id, { inputs, outputs }) => {
    const imageName = inputs?.imageName ?? id;
    const live = await unlessMissing((await docker()).getImage(imageName).inspect());
    if (!live) return undefined;
    if (!inputs) {
      const known = { imageName, skipPush: true };
      return { id, inputs: known, outputs: outputsOf(known, live.Id) };
    }
    const recorded = outputs?.__inputs
      ? outputs
      : { ...outputsOf(officialInputs(inputs), live.Id), ...outputs };
    return { id, inputs, outputs: { ...recorded, repoDigest: live.Id } as ImageOutputs };
  },

  update: async (_id, _olds, news, context) => ({
    outputs: outputsOf(news, await buildImage(news, context)),
  }),

  // The image stays as a cache for the next build, as with the official plugin.
  delete: async () => {},
});

export const image = {
  ...base,
  check: async (...[news, olds]: Parameters<NonNullable<typeof base.check>>) => {
    const result = await base.check?.(news, olds);
    if (!result || result.failures?.length) return result ?? { inputs: news };
    const build = recordedBuild(result.inputs.build, olds?.build?.contextDigest);
    return { inputs: { ...result.inputs, build } };
  },
};

function outputsOf(inputs: ImageInputs, id: string): ImageOutputs {
  return {
    imageName: inputs.imageName,
    baseImageName: inputs.imageName,
    context: inputs.build?.context ?? ".",
    dockerfile: buildPaths(inputs.build).dockerfile,
    platform: inputs.build?.platform,
    registryServer: "",
    repoDigest: id,
    __inputs: secret(inputs),
  };
}

/** Inputs that version 0.1 recorded, in the form in which the official plugin records them for the same files. */
function officialInputs(inputs: ImageInputs): ImageInputs {
  const { context, dockerfile } = buildPaths(inputs.build);
  if (!existsSync(join(context, dockerfile))) return inputs;
  const digest = inputs.build?.contextDigest;
  const isCurrent = recordedBuild(inputs.build, digest).contextDigest === digest;
  return isCurrent ? { ...inputs, build: recordedBuild(inputs.build) } : inputs;
}
