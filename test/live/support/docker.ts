/** Asks Docker through its own command line, never through the code under test. */

import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { LABELS } from "../../../facts/pipeline.ts";

const run = promisify(execFile);

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

const ofStack = (stack: string) => ["--filter", `label=${LABELS.stack}=${stack}`];

export interface StackResources {
  containers: string[];
  volumes: string[];
  networks: string[];
}

/** Everything in Docker that belongs to a stack. */
export async function stackResources(stack: string): Promise<StackResources> {
  const lines = async (...args: string[]) => (await docker(...args)).split("\n").filter(Boolean).sort();
  return {
    containers: await lines("ps", "--all", ...ofStack(stack), "--format", "{{.Names}}"),
    volumes: await lines("volume", "ls", ...ofStack(stack), "--format", "{{.Name}}"),
    networks: await lines("network", "ls", ...ofStack(stack), "--format", "{{.Name}}"),
  };
}

/** Removes everything that an earlier, broken run left of a stack. */
export async function removeStackResources(stack: string): Promise<void> {
  await removeResources(await stackResources(stack));
}

export async function removeResources({ containers, volumes, networks }: StackResources): Promise<void> {
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  if (volumes.length > 0) await docker("volume", "rm", "--force", ...volumes);
  if (networks.length > 0) await docker("network", "rm", ...networks);
}

/** Ends a container's process like a crash. Docker treats `docker kill` as a manual stop and would not restart it. */
export async function crash(container: string): Promise<void> {
  const facts = await docker("inspect", "--format", "{{.State.Pid}} {{.Image}}", container);
  const [pid, image] = facts.split(" ") as [string, string];
  const asRoot = ["--rm", "--pid=host", "--user=0", "--network=none", "--entrypoint=sh"];
  await docker("run", ...asRoot, image, "-c", `kill -9 ${pid}`);
}

/** Total resident memory of a stack's containers in MiB: RSS and mapped files, no page cache. */
export async function residentMiB(stack: string): Promise<number> {
  const names = (await stackResources(stack)).containers;
  const usages = (await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", ...names)).split("\n");
  const units: Record<string, number> = { KiB: 1 / 1024, MiB: 1, GiB: 1024 };
  return usages.reduce((sum, usage) => {
    const [, value, unit] = /^([\d.]+)(KiB|MiB|GiB)/.exec(usage) ?? [];
    return sum + Number(value ?? 0) * (units[unit ?? ""] ?? 0);
  }, 0);
}

/** All of a container's output so far. */
export function logs(container: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", ["logs", container], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}
