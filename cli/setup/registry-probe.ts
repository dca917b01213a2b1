import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { imageNames } from "../images.ts";
import { projectDir } from "./paths.ts";

/**
 * Whether the engine can pull the official images: it has all of them already, or their registry answers it. The engine
 * is asked, as it may have its own proxies and mirrors.
 *
 * @param limitMs no answer within this time counts as no
 */
export async function registryAnswers(docker: Docker, limitMs = 5_000): Promise<boolean> {
  const names = imageNames(projectDir, "registry");
  const present = await Promise.all(names.map((name) => holds(docker, name)));
  const missing = names.find((_, index) => !present[index]);
  if (missing === undefined) return true;
  const answer = docker
    .getImage(missing)
    .distribution()
    .then(
      () => true,
      () => false,
    );
  // The timer must not keep the process alive.
  return Promise.race([answer, sleep(limitMs, false, { ref: false })]);
}

async function holds(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch {
    return false;
  }
}
