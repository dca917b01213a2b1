import type Docker from "dockerode";
import { listStackContainers } from "./containers.ts";
import type { Context } from "./context.ts";
import { decideImages, type ImageSource, imageNames, recallImages } from "./images.ts";
import { droppable } from "./interrupt.ts";
import { ensureLocalImages } from "./setup/local-images.ts";
import { registryAnswers } from "./setup/registry-probe.ts";

/** Settles where images come from, and builds them here when that is the answer. */
export async function prepareImages(context: Context, docker: Docker): Promise<ImageSource> {
  const { options, project, console, signal } = context;
  const decision = decideImages({
    asked: options.images,
    env: process.env.COMMERCE_IMAGES,
    remembered: recallImages(project.dir, project.stack),
    stackExists: (await listStackContainers(docker, project)).length > 0,
  });
  const source =
    decision === "ask the registry" ? await droppable(signal, askRegistry(context, docker)) : decision;
  // Docker drops a build whose client goes, and what was built so far is cached.
  if (source === "local") await droppable(signal, ensureLocalImages(docker, console));
  return source;
}

async function askRegistry({ console }: Context, docker: Docker): Promise<ImageSource> {
  if (await registryAnswers(docker)) return "registry";
  console.line("No image registry answers: the images are built here, from package registries.");
  return "local";
}

/** The most likely source, for what must change nothing: asks no registry, builds no image. */
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
