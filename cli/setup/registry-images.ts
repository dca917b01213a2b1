/** Asks for the official images, and pulls them: before the Pulumi CLI runs, which shows neither bytes nor patience. */
import type Docker from "dockerode";
import { REGISTRY_VARIABLE } from "../../facts/image-registry.ts";
import { askForImage } from "../../plugins/docker/registry/ask.ts";
import { type CallOptions, RegistryFailure } from "../../plugins/docker/registry/call.ts";
import { pullImage } from "../../plugins/docker/registry/pull.ts";
import { isNotFound } from "../docker-objects.ts";
import { type Answer, type ImageSource, imagesAfter, imagesMissing } from "../images.ts";
import type { Progress } from "../progress.ts";
import { systemPath } from "./command.ts";
import { runGraph } from "./run-graph.ts";

/** As many as Docker pulls layers at once. */
const pullsAtOnce = 3;

/** The images that are not here. */
export async function absentImages(docker: Docker, names: readonly string[]): Promise<string[]> {
  const isHere = await Promise.all(names.map((name) => holds(docker, name)));
  return names.filter((_, index) => !isHere[index]);
}

async function holds(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/**
 * Where images come from, as their registry answers.
 *
 * @param official their names
 * @throws UserError that says what was found
 */
export async function askRegistry(
  docker: Docker,
  official: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<ImageSource> {
  const answers = await askForImages(docker, await absentImages(docker, official), progress, signal);
  return imagesAfter(answers, process.env[REGISTRY_VARIABLE]);
}

/** What the registries of images say about each. */
export async function askForImages(
  docker: Docker,
  images: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Answer[]> {
  if (images.length === 0) return [];
  const step = progress.step("Asking the image registry");
  try {
    const answers = await Promise.all(
      images.map((image) => answerFor(docker, image, callOptions(signal, step.update))),
    );
    step.done(answers.find(({ failure }) => failure)?.failure?.message);
    return answers;
  } catch (error) {
    step.fail();
    throw error;
  }
}

async function answerFor(docker: Docker, image: string, options: CallOptions): Promise<Answer> {
  try {
    await askForImage(docker, image, options);
    return { image };
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error;
    return { image, failure: error };
  }
}

/** Pulls images, each as a step with its bytes. @throws UserError that says what was found */
export async function pullImages(
  docker: Docker,
  images: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await runGraph(
    images,
    () => false,
    pullsAtOnce,
    async (image) => {
      const step = progress.step(`Pulling ${image}`);
      try {
        await pullImage(docker, image, callOptions(signal, step.update));
        step.done();
      } catch (error) {
        step.fail();
        if (!(error instanceof RegistryFailure)) throw error;
        throw imagesMissing([error]);
      }
    },
  );
}

/** Credential helpers are programs: none of a parent folder's node_modules is run. */
const callOptions = (signal: AbortSignal, onProgress: CallOptions["onProgress"]): CallOptions => ({
  signal,
  onProgress,
  env: { ...process.env, PATH: systemPath },
});
