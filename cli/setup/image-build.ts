import { createReadStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stripVTControlCharacters } from "node:util";
import type Docker from "dockerode";
import tar, { type Pack } from "tar-fs";
import { proxyVariables } from "../../facts/proxy.ts";
import { followEvents } from "../../plugins/docker/formats/engine-events.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Step } from "../progress.ts";
import { hostFiles } from "./host-files.ts";
import { ignoredFiles } from "./ignored-files.ts";
import { buildArgs, type ImageSpec } from "./image-plan.ts";
import { cacheDir, projectDir } from "./paths.ts";

const limitMs = 10 * 60_000;
const shownLines = 25;
/** Docker's default. */
const defaultCpuShares = 1024;
/** An upper limit; only what is written takes memory. */
const scratchBytes = 8 * 2 ** 30;

/**
 * Builds one image from its folder.
 *
 * @throws UserError with the end of the build's log, which is then saved to a file
 */
export async function buildImage(
  docker: Docker,
  spec: ImageSpec,
  tags: ReadonlyMap<string, string>,
  step: Step,
): Promise<void> {
  const context = await buildContext(spec);
  const stream = await docker.buildImage(context, {
    t: tags.get(spec.name),
    buildargs: { ...proxyVariables(process.env), ...buildArgs(spec, tags) },
    ...(spec.isLongest && { cpushares: 2 * defaultCpuShares }),
    ...(spec.purpose === "cli" && { shmsize: scratchBytes }),
    forcerm: true,
  });
  const log: string[] = [];
  try {
    await followEvents(stream, limitMs, (event) => {
      const text = stripVTControlCharacters(event.stream ?? "");
      log.push(text);
      const line = text.trim().split("\n")[0];
      if (line && !line.startsWith("--->")) step.update(line);
    });
  } catch (error) {
    // The engine repeats the full command of the step, which is in the log as well.
    const failure = messageOf(error).replace(
      /^The command .* returned a non-zero code: (\d+)$/s,
      "exit code $1",
    );
    throw buildError(spec.name, failure, log.join(""));
  }
}

/** The files of the folder and of the host. */
export async function buildContext(spec: ImageSpec): Promise<NodeJS.ReadableStream> {
  const extras: { name: string; path: string | undefined }[] = [];
  for (const name of spec.hostFiles) extras.push({ name, path: await hostFiles[name]?.provide() });
  const dir = join(projectDir, spec.context);
  const isIgnored = ignoredFiles(dir);
  const pack = tar.pack(dir, {
    ignore: (path) => path !== dir && isIgnored(relative(dir, path).split(sep).join("/")),
    finalize: false,
    finish: async (open) => {
      try {
        for (const { name, path } of extras) await addFile(open, name, path);
        open.finalize();
      } catch (error) {
        open.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  // An error in the archive ends the request.
  const body = new PassThrough();
  pipeline(pack, body).catch((error: Error) => body.destroy(error));
  return body;
}

async function addFile(pack: Pack, name: string, path: string | undefined): Promise<void> {
  if (path === undefined) {
    pack.entry({ name }, "");
    return;
  }
  const { size, mode } = statSync(path);
  await pipeline(createReadStream(path), pack.entry({ name, size, mode }));
}

function buildError(name: string, failure: string, log: string): UserError {
  const path = join(cacheDir, `build-${name}.log`);
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(path, log);
  const end = log.trimEnd().split("\n").slice(-shownLines).join("\n");
  return new UserError(`building the image ${name} failed: ${failure}`, `${end}\nThe full log: ${path}`);
}
