import type Docker from "dockerode";
import { SERVICES } from "../facts/pipeline.ts";
import { listStackContainers } from "./containers.ts";
import type { Context } from "./context.ts";
import { decideImages, type ImageSource, imageNames, type OptionalImage, recallImages } from "./images.ts";
import { droppable } from "./interrupt.ts";
import type { Cli } from "./pulumi/find-cli.ts";
import { provideCli } from "./pulumi/obtain.ts";
import { isConfigured } from "./services.ts";
import { absentImages, askRegistry, pullImages } from "./setup/registry-images.ts";

export interface Prepared {
  readonly images: ImageSource;
  readonly cli: Cli;
}

/** Decides where images come from, and obtains them and the Pulumi CLI; what has to be built is built in parallel. */
export function prepare(context: Context, docker: Docker): Promise<Prepared> {
  // Docker cancels a build or a pull when its client disconnects, and has cached the steps or layers so far.
  return droppable(context.signal, prepareAll(context, docker));
}

async function prepareAll(context: Context, docker: Docker): Promise<Prepared> {
  const { console, project, signal } = context;
  const stackExists = (await listStackContainers(docker, project)).length > 0;
  const exporter = isConfigured(SERVICES.postgresExporter, project.config);
  const agent = project.ownKeys.has("datadogApiKey");
  const also: OptionalImage[] = [];
  if (exporter) also.push("postgres-exporter");
  if (agent) also.push("datadogAgent");
  const official = imageNames(project.dir, "registry", also);
  const images = await imageSource(context, docker, official, stackExists);
  const services = images === "local";
  // An existing stack may not need what it was built on: if it does, the program pulls it.
  const pulled = services || stackExists ? [] : await absentImages(docker, official);
  const [cli] = await Promise.all([
    provideCli(docker, console, { services, exporter: services && exporter }),
    pullImages(docker, pulled, console, signal),
  ]);
  return { images, cli };
}

async function imageSource(
  { options, project, console, signal }: Context,
  docker: Docker,
  official: readonly string[],
  stackExists: boolean,
): Promise<ImageSource> {
  const decision = decideImages({
    asked: options.images,
    env: process.env.COMMERCE_IMAGES,
    remembered: recallImages(project.dir, project.stack),
    stackExists,
  });
  if (decision !== "ask the registry") return decision;
  const source = await askRegistry(docker, official, console, signal);
  if (source === "local") {
    console.line("No image registry can be used: the images are built here, from package registries.");
  }
  return source;
}

/** The most likely source, for commands that must not change anything: asks no registry, builds no image. */
export function presumedImages({ options, project }: Context): ImageSource {
  const remembered = recallImages(project.dir, project.stack);
  const decision = decideImages({
    asked: options.images,
    env: process.env.COMMERCE_IMAGES,
    remembered,
    stackExists: remembered !== undefined,
  });
  if (decision !== "ask the registry") return decision;
  return imageNames(project.dir, "local").length > 0 ? "local" : "registry";
}
