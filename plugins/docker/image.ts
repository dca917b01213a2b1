/** `docker:index/image:Image`: an image that is built, with the engine's own builder, and stays on this machine. */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import tar from "tar-fs";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import type { OperationContext } from "../sdk/provider.ts";
import { containsUnknown } from "../sdk/values.ts";
import { contextDigest, contextFiles } from "./build-context.ts";
import { docker, unlessMissing } from "./client.ts";

export interface ImageInputs {
  /** `repository:tag` */
  imageName: string;
  build?: {
    /** A folder, relative to the program's. Default: the program's own. */
    context?: string;
    /** Relative to the program's folder as well. Default: `Dockerfile` in the context. */
    dockerfile?: string;
    args?: Record<string, string>;
    target?: string;
    platform?: string;
    builderVersion?: string;
    /** Made by `check`, so that a changed file shows as a change. */
    contextDigest?: string;
  };
  skipPush?: boolean;
  buildOnPreview?: boolean;
}

interface ImageOutputs {
  imageName: string;
  baseImageName: string;
  context: string;
  dockerfile: string;
  platform?: string;
  registryServer: string;
  /** The image's id, as it is in no registry. */
  repoDigest: string;
}

/** Enough to see the failing command and what it said. */
const LOG_LINES = 40;

export const imageSpec: InputSpec<ImageInputs> = {
  table: { imageName: "update", build: "update", skipPush: "ignore", buildOnPreview: "ignore" },
  required: ["imageName"],
  nested: {
    build: ["context", "dockerfile", "args", "target", "platform", "builderVersion", "contextDigest"],
  },
  validate: ({ skipPush, build }) => {
    if (!skipPush)
      return [{ property: "skipPush", reason: "only skipPush: true is supported: images are not pushed" }];
    if (containsUnknown([build?.context, build?.dockerfile])) return [];
    const { context, dockerfile } = pathsOf(build);
    if (!existsSync(join(context, dockerfile)) || dockerfile.startsWith("..")) {
      const reason = `there is no ${dockerfile} in the build context ${context} (paths are relative to ${process.cwd()})`;
      return [{ property: "build.dockerfile", reason }];
    }
    return [];
  },
};

const base = bridged<ImageInputs, ImageOutputs>(imageSpec, {
  create: async (news, context) => ({ id: news.imageName, outputs: await build(news, context) }),

  read: async (id, { inputs, outputs }) => {
    const imageName = inputs?.imageName ?? id;
    const live = await unlessMissing((await docker()).getImage(imageName).inspect());
    if (!live) return undefined;
    const known = inputs ?? { imageName, skipPush: true };
    return { id, inputs: known, outputs: { ...outputsOf(known, live.Id), ...outputs, repoDigest: live.Id } };
  },

  update: async (_id, _olds, news, context) => ({ outputs: await build(news, context) }),

  // As with the official plugin the image stays, as a cache for the next build.
  delete: async () => {},
});

export const image = {
  ...base,
  check: async (...args: Parameters<NonNullable<typeof base.check>>) => {
    const result = await base.check?.(...args);
    if (!result || result.failures?.length || containsUnknown(result.inputs.build))
      return result ?? { inputs: args[0] };
    const { context, dockerfile } = pathsOf(result.inputs.build);
    const digest = contextDigest(context, join(context, dockerfile));
    return { inputs: { ...result.inputs, build: { ...result.inputs.build, contextDigest: digest } } };
  },
};

/** The context as an absolute path, and the Dockerfile relative to it. */
function pathsOf(build: ImageInputs["build"]): { context: string; dockerfile: string } {
  const context = resolve(build?.context ?? ".");
  const dockerfile =
    build?.dockerfile === undefined ? "Dockerfile" : relative(context, resolve(build.dockerfile));
  return { context, dockerfile: dockerfile.replaceAll("\\", "/") };
}

function outputsOf(inputs: ImageInputs, id: string): ImageOutputs {
  const { context, dockerfile } = pathsOf(inputs.build);
  return {
    imageName: inputs.imageName,
    baseImageName: inputs.imageName,
    context: inputs.build?.context ?? ".",
    dockerfile: inputs.build?.dockerfile ?? relative(process.cwd(), join(context, dockerfile)),
    platform: inputs.build?.platform,
    registryServer: "",
    repoDigest: id,
  };
}

async function build(news: ImageInputs, context: OperationContext): Promise<ImageOutputs> {
  const engine = await docker();
  const paths = pathsOf(news.build);
  const entries = new Set(contextFiles(paths.context)).add(paths.dockerfile);
  const { args: buildargs, target, platform } = news.build ?? {};
  const files = Readable.from(tar.pack(paths.context, { entries: [...entries] }));
  const stream = await engine.buildImage(files, {
    t: news.imageName,
    dockerfile: paths.dockerfile,
    ...(buildargs && { buildargs }),
    ...(target && { target }),
    ...(platform && { platform }),
    forcerm: true,
    abortSignal: context.signal,
  });
  const lines: string[] = [];
  let failure: string | undefined;
  const onEvent = (event: { stream?: string; status?: string; error?: string }) => {
    failure ??= event.error;
    const text = stripVTControlCharacters(event.stream ?? event.status ?? "").trim();
    if (text === "") return;
    lines.push(text);
    if (/^Step \d+/.test(text)) context.status(text);
  };
  await new Promise<void>((done, reject) => {
    engine.modem.followProgress(stream, (error) => (error && !failure ? reject(error) : done()), onEvent);
  });
  if (failure) {
    const log = lines.slice(-LOG_LINES).map((line) => `  ${line}`);
    throw new Error(
      [`Building ${news.imageName} from ${paths.context} failed: ${failure}`, ...log].join("\n"),
    );
  }
  return outputsOf(news, (await engine.getImage(news.imageName).inspect()).Id);
}
