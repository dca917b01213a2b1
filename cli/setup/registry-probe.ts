import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { imagesDir } from "./paths.ts";

/**
 * Tells within five seconds, unless given another limit, whether the engine can pull the official images: it holds them all already, or their
 * registry answers it. The engine is asked, not the network: it may have proxies and mirrors of its own.
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
  // Nothing else is waited for, so the timer must not keep the process alive either.
  return Promise.race([answer, sleep(limitMs, false, { ref: false })]);
}

/** What every stack needs; the Datadog Agent is wanted only where it is configured. */
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
