import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Context } from "../context.ts";
import type { ProjectFile } from "../project.ts";
import { backendEnvironment, backendOf, stacksFolder } from "./backend.ts";
import { PulumiCli } from "./cli.ts";
import { requireCli } from "./require-cli.ts";

/** The stacks that the project's state has, with the number of their resources. */
export async function recordedStacks(
  { options, console, signal }: Context,
  project: ProjectFile,
): Promise<ReadonlyMap<string, number>> {
  const backend = backendOf(project, process.env, options.backend);
  if (backend.folder !== undefined) return stacksIn(stacksFolder(backend.folder, project.name));
  const env = backendEnvironment(backend, project, process.env);
  const cli = new PulumiCli(await requireCli(process.env, console, signal), env, signal);
  const listed: { name: string; resourceCount?: number }[] = JSON.parse(
    await cli.capture(["stack", "ls", "--json", "--cwd", project.dir]),
  );
  return new Map(listed.map(({ name, resourceCount = 0 }) => [name, resourceCount]));
}

/** @param folder of the state files, one for each stack; a backend may compress them */
export function stacksIn(folder: string): ReadonlyMap<string, number> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).filter((file) => /\.json(\.gz)?$/.test(file));
  return new Map(files.map((file) => [file.replace(/\.json(\.gz)?$/, ""), resourcesIn(join(folder, file))]));
}

function resourcesIn(path: string): number {
  const content = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
  const { checkpoint }: { checkpoint?: { latest?: { resources?: { type: string }[] } } } = JSON.parse(text);
  const resources = checkpoint?.latest?.resources ?? [];
  return resources.filter(({ type }) => !type.startsWith("pulumi:")).length;
}
