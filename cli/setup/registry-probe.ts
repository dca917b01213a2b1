import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { imagesDir } from "./paths.ts";

/**
 * Whether the engine can pull the official images: it has all of them already, or their registry answers it. The engine
 * is asked, as it may have its own proxies and mirrors.
 *
 * @param limitMs no answer within this time counts as no
 */
export async function registryAnswers(docker: Docker, limitMs = 5_000): Promise<boolean> {
  const names = officialImages();
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

/** The images that every stack needs; the Datadog Agent is only part of stacks that are configured for it. */
function officialImages(): string[] {
  const images: Record<string, string> = JSON.parse(readFileSync(join(imagesDir, "registry.json"), "utf8"));
  return Object.entries(images).flatMap(([service, name]) => (service === "datadogAgent" ? [] : [name]));
}

async function holds(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch {
    return false;
  }
}
