import type Docker from "dockerode";
import { callRegistry, RegistryFailure } from "./call.ts";
import type { RegistryAuth } from "./credentials.ts";
import { TooSlow } from "./failure.ts";
import { type PullOptions, pullImage } from "./pull.ts";

export interface AskOptions extends PullOptions {
  /** How long one answer may take. */
  readonly answerMs?: number;
}

/** The engine itself gives up after 15 s without a connection. */
const ANSWER_MS = 30_000;

/**
 * Asks an image's registry whether it has the image. The engine asks, because it has its own proxies and mirrors. Where
 * it cannot tell, the image is pulled.
 *
 * @throws RegistryFailure that says what was found, or the signal's reason
 */
export async function askForImage(docker: Docker, image: string, options: AskOptions): Promise<void> {
  try {
    await callRegistry(image, options, (auth) => askOnce(docker, image, auth, options));
  } catch (error) {
    const kind = error instanceof RegistryFailure ? error.failure.kind : undefined;
    // A mirror may lack what the registry behind it has: only a pull asks both.
    if (kind !== "unsupported" && kind !== "missing") throw error;
    await pullImage(docker, image, options);
  }
}

async function askOnce(
  docker: Docker,
  image: string,
  auth: RegistryAuth | undefined,
  { signal, answerMs = ANSWER_MS }: AskOptions,
): Promise<void> {
  const limit = AbortSignal.timeout(answerMs);
  const request = {
    path: `/distribution/${image}/json`,
    method: "GET",
    statusCodes: { 200: true, 500: "server error" },
    abortSignal: AbortSignal.any([signal, limit]),
    ...(auth && { authconfig: auth }),
  };
  try {
    // Not `image.distribution`, which cannot be aborted.
    await new Promise<void>((resolve, reject) => {
      docker.modem.dial(request, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    throw limit.aborted ? new TooSlow(`no answer within ${answerMs / 1_000} s`) : error;
  }
}
