/** Builds an image with the engine's own builder. */
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { OperationContext } from "../sdk/provider.ts";
import { packContext } from "./build-context.ts";
import { docker } from "./client.ts";
import { buildPaths, type ImageInputs } from "./image-spec.ts";

/** Enough to see the failing command and its output. */
const LOG_LINES = 40;

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
    forcerm: true,
    abortSignal: context.signal,
  });
  const lines: string[] = [];
  let failure: string | undefined;
  const onEvent = (event: { stream?: string; status?: string; error?: string }) => {
    failure ??= event.error;
    const text = stripVTControlCharacters(event.stream ?? event.status ?? "").trim();
    if (text === "") return;
    lines.push(text);
    if (/^Step \d+/.test(text)) context.status(text);
  };
  await new Promise<void>((done, reject) => {
    engine.modem.followProgress(stream, (error) => (error && !failure ? reject(error) : done()), onEvent);
  });
  if (failure) {
    const log = lines.slice(-LOG_LINES).map((line) => `  ${line}`);
    throw new Error(
      [`Building ${news.imageName} from ${paths.context} failed: ${failure}`, ...log].join("\n"),
    );
  }
  return (await engine.getImage(news.imageName).inspect()).Id;
}
