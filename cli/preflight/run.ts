import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import type { Context } from "../context.ts";
import { dockerHost, findDocker } from "../docker.ts";
import { UserError } from "../errors.ts";
import { hintsFor } from "../hints.ts";
import { imageNames } from "../images.ts";
import { evaluate } from "./evaluate.ts";
import { collectFacts, type FactSources } from "./facts.ts";

const secondLooks = 3;
const secondLookMs = 500;

/** Checks ports, memory and disk. @throws UserError with every problem; nothing has been changed by then. */
export async function preflight({ project, options }: Context): Promise<void> {
  const docker = await findDocker();
  const sources: FactSources = {
    docker,
    dockerIsLocal: /^(unix|npipe):/.test(dockerHost()),
    imagesMissing: docker === undefined || !(await hasImages(docker, project.dir, options.images)),
  };
  const hintForOther = hintsFor({ stack: "NAME" }, process.env);
  let problems = evaluate(await collectFacts(project, sources), project, hintForOther);
  // Docker binds a container's ports a moment before it lists the container as running: the ports of a stack that
  // another run is starting must not be reported.
  for (let look = 1; look <= secondLooks && problems.length > 0; look++) {
    await setTimeout(secondLookMs);
    problems = evaluate(await collectFacts(project, sources), project, hintForOther);
  }
  if (problems.length === 0) return;
  const list = problems.map(({ what, todo }) => `- ${what}.\n  ${todo}.`);
  throw new UserError(`stack ${project.stack} cannot come up here; nothing was changed`, list.join("\n"));
}

/** Whether all base images of one source are here, so that nothing large has to be pulled or built. */
async function hasImages(docker: Docker, dir: string, asked: string): Promise<boolean> {
  const present = new Set((await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []));
  const sources = (["local", "registry"] as const).filter((source) => asked === "auto" || asked === source);
  return sources.some((source) => {
    const names = imageNames(dir, source);
    return names.length > 0 && names.every((name) => present.has(name));
  });
}
