/** Builds an image with the engine's own builder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { RegistryConfig } from "dockerode";
import type { OperationContext } from "../sdk/provider.ts";
import { packContext } from "./build-context.ts";
import { docker } from "./client.ts";
import { followEvents } from "./formats/engine-events.ts";
import { buildPaths, type ImageInputs } from "./image-spec.ts";
import { buildCredentials } from "./registry/credentials.ts";
import { DOCKER_HUB } from "./registry/image-name.ts";

/** Enough to see the failing command and its output. */
const LOG_LINES = 40;
const LIMIT_MS = 2 * 60 * 60_000;

/** @returns the image's id */
export async function buildImage(news: ImageInputs, context: OperationContext): Promise<string> {
  const engine = await docker();
  const paths = buildPaths(news.build);
  const { args: buildargs, target, platform } = news.build ?? {};
  const files = Readable.from(packContext(paths.context, paths.dockerfile));
  const stream = await engine.buildImage(files, {
    t: news.imageName,
    dockerfile: paths.dockerfile,
    ...(buildargs && { buildargs }),
    ...(target && { target }),
    ...(platform && { platform }),
    registryconfig: await credentialsOf(paths, buildargs),
    forcerm: true,
    abortSignal: context.signal,
  });
  const lines: string[] = [];
  try {
    await followEvents(stream, LIMIT_MS, ({ stream: output, status }) => {
      const text = stripVTControlCharacters(output ?? status ?? "").trim();
      if (text === "") return;
      lines.push(text);
      if (/^Step \d+/.test(text)) context.status(text);
    });
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = error instanceof Error ? error.message : String(error);
    const log = lines.slice(-LOG_LINES).map((line) => `  ${line}`);
    throw new Error(
      [`Building ${news.imageName} from ${paths.context} failed: ${failure}`, ...log].join("\n"),
    );
  }
  return (await engine.getImage(news.imageName).inspect()).Id;
}

/** What the build may need to pull the images that it names, as the engine reads it: in the alphabet for URLs, padded. */
async function credentialsOf(
  { context, dockerfile }: ReturnType<typeof buildPaths>,
  args: Record<string, string> = {},
): Promise<RegistryConfig> {
  const names = [readFileSync(join(context, dockerfile), "utf8"), ...Object.values(args)].join("\n");
  const isNamed = (registry: string) => registry === DOCKER_HUB || names.includes(registry);
  const text = JSON.stringify(await buildCredentials(isNamed));
  const base64 = Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  // The client's types lack this form, and the one that they have is encoded in the other alphabet.
  return { base64 } as unknown as RegistryConfig;
}
