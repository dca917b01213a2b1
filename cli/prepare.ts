import type Docker from "dockerode";
import { SERVICES } from "../facts/pipeline.ts";
import { listStackContainers } from "./containers.ts";
import type { Context } from "./context.ts";
import { decideImages, type ImageSource, imageNames, recallImages } from "./images.ts";
import { droppable } from "./interrupt.ts";
import { type Cli, provideCli } from "./pulumi/obtain.ts";
import { isConfigured } from "./services.ts";
import { registryAnswers } from "./setup/registry-probe.ts";

export interface Prepared {
  readonly images: ImageSource;
  readonly cli: Cli;
}

/** Decides where images come from, and obtains them and the Pulumi CLI; what has to be built is built in parallel. */
export function prepare(context: Context, docker: Docker): Promise<Prepared> {
  // Docker cancels a build when its client disconnects, and has cached the steps so far.
  return droppable(context.signal, prepareAll(context, docker));
}

async function prepareAll(context: Context, docker: Docker): Promise<Prepared> {
  const { console, project } = context;
  const images = await imageSource(context, docker);
  const services = images === "local";
  const exporter = services && isConfigured(SERVICES.postgresExporter, project.config);
  return { images, cli: await provideCli(docker, console, { services, exporter }) };
}

async function imageSource({ options, project, console }: Context, docker: Docker): Promise<ImageSource> {
  const decision = decideImages({
    asked: options.images,
    env: process.env.COMMERCE_IMAGES,
    remembered: recallImages(project.dir, project.stack),
    stackExists: (await listStackContainers(docker, project)).length > 0,
  });
  if (decision !== "ask the registry") return decision;
  if (await registryAnswers(docker)) return "registry";
  console.line("No image registry answers: the images are built here, from package registries.");
  return "local";
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
