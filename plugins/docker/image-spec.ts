/** The supported inputs of `docker:index/image:Image`, and the paths that they stand for. */
import { existsSync } from "node:fs";
import { join, posix, relative, resolve } from "node:path";
import type { InputSpec } from "../sdk/input-spec.ts";
import { containsUnknown } from "../sdk/values.ts";
import { contextDigest, legacyContextDigest } from "./context-digest.ts";

export interface ImageInputs {
  /** `repository:tag` */
  imageName: string;
  build?: ImageBuild;
  skipPush?: boolean;
  buildOnPreview?: boolean;
}

interface ImageBuild {
  /** A folder, relative to the program's. Default: the program's own. */
  context?: string;
  /** Relative to the program's folder. Default: `Dockerfile` in the context. */
  dockerfile?: string;
  args?: Record<string, string>;
  target?: string;
  /** Such as `linux/amd64`. */
  platform?: string;
  builderVersion?: string;
  /** Added by `check`, so that a changed file shows as a change. */
  contextDigest?: string;
}

const ARCHITECTURES: Record<string, string> = { x64: "amd64", ia32: "386" };
/** The platform of this machine, which is the official plugin's default. */
export const HOST_PLATFORM = `linux/${ARCHITECTURES[process.arch] ?? process.arch}`;

export const imageSpec: InputSpec<ImageInputs> = {
  table: { imageName: "update", build: "update", skipPush: "ignore", buildOnPreview: "ignore" },
  required: ["imageName"],
  defaults: { buildOnPreview: false },
  nested: {
    build: ["context", "dockerfile", "args", "target", "platform", "builderVersion", "contextDigest"],
  },
  nestedDefaults: { build: { platform: HOST_PLATFORM } },
  validate: ({ skipPush, build }) => {
    if (!skipPush)
      return [{ property: "skipPush", reason: "only skipPush: true is supported: images are not pushed" }];
    if (containsUnknown([build?.context, build?.dockerfile])) return [];
    const { context, dockerfile } = buildPaths(build);
    if (!existsSync(join(context, dockerfile)) || dockerfile.startsWith("..")) {
      const reason = `there is no ${dockerfile} in the build context ${context} (paths are relative to ${process.cwd()})`;
      return [{ property: "build.dockerfile", reason }];
    }
    return [];
  },
};

/**
 * The build as the official plugin records it: with its paths, its platform and the digest of its files.
 *
 * @param recordedDigest from the state: one that version 0.1 computed is kept as long as the files are the same
 */
export function recordedBuild(build: ImageBuild = {}, recordedDigest?: string): ImageBuild {
  const { context = ".", dockerfile = posix.join(context, "Dockerfile") } = build;
  const complete = { platform: HOST_PLATFORM, ...build, context, dockerfile };
  if (containsUnknown([context, dockerfile])) return { ...build, platform: complete.platform };
  const paths = buildPaths(complete);
  const file = join(paths.context, paths.dockerfile);
  const digest = contextDigest(context, file);
  const isKept =
    recordedDigest !== undefined &&
    recordedDigest !== digest &&
    recordedDigest === legacyContextDigest(context, file);
  return { ...complete, contextDigest: isKept ? recordedDigest : digest };
}

/** The context as an absolute path, and the Dockerfile relative to it. */
export function buildPaths(build: ImageBuild = {}): { context: string; dockerfile: string } {
  const context = resolve(build.context ?? ".");
  const dockerfile =
    build.dockerfile === undefined ? "Dockerfile" : relative(context, resolve(build.dockerfile));
  return { context, dockerfile: dockerfile.replaceAll("\\", "/") };
}
