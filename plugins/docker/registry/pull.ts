import type Docker from "dockerode";
import { followEvents } from "../formats/engine-events.ts";
import { type CallOptions, callRegistry } from "./call.ts";
import type { RegistryAuth } from "./credentials.ts";
import { TooSlow } from "./failure.ts";
import { pullReference } from "./image-name.ts";
import { PullProgress } from "./pull-progress.ts";

export interface PullOptions extends CallOptions {
  /** How long the engine may report nothing. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 3 * 60_000;
const LIMIT_MS = 2 * 60 * 60_000;

/**
 * Pulls one image. When the signal ends it, the engine gives up, too, and keeps the layers that it has.
 *
 * @throws RegistryFailure that says what was found, or the signal's reason
 */
export function pullImage(docker: Docker, image: string, options: PullOptions): Promise<void> {
  return callRegistry(image, options, (auth) => pullOnce(docker, image, auth, options));
}

async function pullOnce(
  docker: Docker,
  image: string,
  auth: RegistryAuth | undefined,
  { signal, onProgress, silenceMs = SILENCE_MS }: PullOptions,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const abortSignal = AbortSignal.any([signal, silence.signal]);
  const progress = new PullProgress();
  try {
    // Not `docker.pull`, which repeats the credentials in the URL.
    const stream = await docker.createImage(auth, { ...pullReference(image), abortSignal });
    await followEvents(stream, LIMIT_MS, (event) => {
      timer.refresh();
      if (progress.add(event)) onProgress(String(progress));
    });
  } catch (error) {
    throw silence.signal.aborted ? new TooSlow(`nothing heard for ${silenceMs / 1_000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}
