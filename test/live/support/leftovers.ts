/** What a run of the tests that was killed has left. Its containers start again with the Docker engine, on the ports
 * that the next run's stacks need. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LABELS } from "../../../facts/pipeline.ts";
import { docker } from "./docker.ts";

/** Starts the name of each folder that a test starts a stack in, and of what it starts beside stacks. No stack of a
 * user is found by it, whatever the stack's name. */
const TEST = "commerce-pipeline-test-";

/** A new folder for a test. */
export const testFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), TEST));

/**
 * Removes it. No other run may be going on, which test/run.mjs sees to.
 *
 * @returns the names of the containers
 */
export async function removeLeftovers(): Promise<string[]> {
  const containers = await named("{{.Names}}", "ps", "--all");
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  const volumes = await named("{{.Name}}", "volume", "ls");
  if (volumes.length > 0) await docker("volume", "rm", "--force", ...volumes);
  const networks = await named("{{.Name}}", "network", "ls");
  if (networks.length > 0) await docker("network", "rm", ...networks);
  for (const name of fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(TEST)))
    fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
  return containers;
}

/** @returns those of what the command lists that belong to a test */
async function named(name: string, ...command: string[]): Promise<string[]> {
  const list = await docker(...command, "--format", `${name}\t{{.Label "${LABELS.folder}"}}`);
  const lines = list.split("\n").map((line) => line.split("\t") as [name: string, folder?: string]);
  return lines
    .filter(([name, folder = ""]) => [name, path.basename(folder)].some((one) => one.startsWith(TEST)))
    .map(([name]) => name);
}
