import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentDigest } from "../digest.ts";
import type { Scope } from "./scope.ts";

const projectRoot = path.resolve(__dirname, "../..");

/** Names of the images that the pipeline starts from; the same keys in `images/registry.json` and `images/local.json`. */
export interface BaseImages {
  kafka: string;
  flink: string;
  postgres: string;
  pgadmin: string;
  node: string;
  maven: string;
  datadogAgent: string;
}

/**
 * Reads which images to use.
 *
 * @param source `registry`: the official ones, by exact version; `local`: those built from package
 *   registries on this machine, whose names the build has written down.
 */
export function readBaseImages(source: "registry" | "local"): BaseImages {
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(projectRoot, "images", name), "utf8"));
  const registry: BaseImages = read("registry.json");
  if (source === "registry") return registry;
  if (!fs.existsSync(path.join(projectRoot, "images/local.json"))) {
    throw new pulumi.RunError(
      "images: local is configured, but no image has been built here yet. `npm start -- --images local` builds them.",
    );
  }
  return { ...registry, ...read("local.json") };
}

/** Pulls an image unless it is there. Gives the id, which a moved tag cannot change. */
export function pulledImage(
  name: string,
  image: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new docker.RemoteImage(name, { name: image, keepLocally: true }, { parent }).imageId;
}

export interface BuiltImageArgs {
  scope: Scope;
  /** Folder of the build context, relative to the project. */
  context: string;
  /** Build arguments: the images that it is built on. */
  buildArgs: Record<string, string>;
}

/**
 * An image built on top of the pulled ones, tagged with a digest of its files. Gives the id of the build, as
 * for a pulled image: a container that is given a name is recorded with the id, and would be replaced at each `up`.
 */
export function builtImage(
  name: string,
  args: BuiltImageArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const digest = contentDigest(path.join(projectRoot, args.context), args.buildArgs);
  const built = new docker.Image(
    `${name}-build`,
    {
      imageName: `${args.scope.prefix}-${name}:${digest}`,
      // Relative to `infra/`, where the engine runs: the same in every checkout.
      build: {
        context: `../${args.context}`,
        dockerfile: `../${args.context}/Dockerfile`,
        args: args.buildArgs,
        platform: buildPlatform(),
      },
      skipPush: true,
    },
    { parent },
  );
  // Of an image that is not pushed, this is the id.
  return built.repoDigest;
}

/** As Docker's own client chooses it. Explicit, so that it does not depend on the plugin's default. */
function buildPlatform(): string {
  const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64" };
  return process.env.DOCKER_DEFAULT_PLATFORM || `linux/${architectures[process.arch] ?? process.arch}`;
}
