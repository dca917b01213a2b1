import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { inRegistry, REGISTRY_VARIABLE, registryProblem } from "../../facts/image-registry.ts";
import { contentDigest } from "../digest.ts";
import type { Scope } from "./scope.ts";

const projectRoot = path.resolve(__dirname, "../..");

/** The images that the pipeline is made from, by the keys of `images/registry.json` and `images/local.json`. */
export interface BaseImages {
  kafka: string;
  flink: string;
  postgres: string;
  "postgres-exporter": string;
  pgadmin: string;
  node: string;
  maven: string;
  datadogAgent: string;
}

/**
 * Reads which images to use.
 *
 * @param source `registry`: official images by exact version; `local`: images that `npm start -- --images local` has
 *   built on this machine, and whose names it has written to `images/local.json`
 * @throws RunError if there are no local images, or COMMERCE_REGISTRY is not a registry
 */
export function readBaseImages(source: "registry" | "local"): BaseImages {
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(projectRoot, "images", name), "utf8"));
  const registry = fromRegistry(read("registry.json"));
  if (source === "registry") return registry;
  if (!fs.existsSync(path.join(projectRoot, "images/local.json"))) {
    throw new pulumi.RunError(
      "images: local is configured, but no image has been built here yet. " +
        `\`npm start -- --images local --stack ${pulumi.getStack()}\` builds them.`,
    );
  }
  return { ...registry, ...read("local.json") };
}

/** From the registry that COMMERCE_REGISTRY names: which one a machine reaches is not the stack's to configure. */
function fromRegistry(images: BaseImages): BaseImages {
  const registry = process.env[REGISTRY_VARIABLE];
  const problem = registry ? registryProblem(registry) : undefined;
  if (problem !== undefined) throw new pulumi.RunError(problem);
  const named = Object.entries(images).map(([key, image]) => [key, inRegistry(registry, image)]);
  return Object.fromEntries(named);
}

/** A file of the images built here that containers of official images are given, too. */
export function imageFile(file: string): string {
  return fs.readFileSync(path.join(projectRoot, "images", file), "utf8");
}

/** Pulls an image unless it is there already. Returns its id, which does not change when a tag is moved. */
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
  /** Build arguments: the images that this one is built on. */
  buildArgs: Record<string, string>;
}

/**
 * Builds an image on top of the pulled ones and tags it with a digest of its files. Returns its id, as `pulledImage`
 * does: Docker records a container with the id of its image, so a container declared with a tag would be replaced at
 * each `up`.
 *
 * @example
 * const image = builtImage("producer", { scope, context: "producer", buildArgs: { NODE_IMAGE: "node:24" } }, this);
 */
export function builtImage(
  name: string,
  args: BuiltImageArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  // For an image that is not pushed, this is the id.
  return declareBuild(name, args, parent).image.repoDigest;
}

/** Declares the build of an image. Its name is known at once, for the build of another one on top of it. */
export function declareBuild(
  name: string,
  { scope, context, buildArgs }: BuiltImageArgs,
  parent: pulumi.Resource,
): { imageName: string; image: docker.Image } {
  const digest = contentDigest(path.join(projectRoot, context), buildArgs);
  const imageName = `${scope.prefix}-${name}:${digest}`;
  const image = new docker.Image(
    `${name}-build`,
    {
      imageName,
      // Relative to `infra/`, where the program runs, so that it is the same in every checkout.
      build: {
        context: `../${context}`,
        dockerfile: `../${context}/Dockerfile`,
        args: { ...buildArgs, ...secretValues(scope.builds.proxies) },
        platform: buildPlatform(),
      },
      skipPush: true,
    },
    { parent, ...(scope.builds.after.length > 0 && { dependsOn: [...scope.builds.after] }) },
  );
  return { imageName, image };
}

/** A proxy's URL may have a password. */
function secretValues(values: Readonly<Record<string, string>>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, pulumi.secret(value)]));
}

/** The platform that Docker's own client would choose, set explicitly because plugins have different defaults. */
function buildPlatform(): string {
  const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64" };
  return process.env.DOCKER_DEFAULT_PLATFORM || `linux/${architectures[process.arch] ?? process.arch}`;
}
