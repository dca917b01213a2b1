/** What a run of the tests that was killed has left. Its containers start again with the Docker engine, on the ports
 * that the next run's stacks need. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LABELS } from "../../../facts/pipeline.ts";
import { docker, removeResources } from "./docker.ts";

/** The name of the small Pulumi project of test/pulumi, in its Pulumi.yaml. */
export const TEST_PROJECT = "commerce-pipeline-test";

/** Starts the name of each folder that a test starts a stack in, and of what it starts beside stacks. No stack of a
 * user is found by it, whatever the stack's name. */
const TEST = `${TEST_PROJECT}-`;

/** The name of what a test starts beside stacks. */
export const testName = (name: string) => `${TEST}${name}`;

/** A new folder for a test. */
export const testFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), TEST));

/**
 * Removes it. No other run may be going on, which test/only-run.mjs sees to.
 *
 * @returns the names of the containers
 */
export async function removeLeftovers(): Promise<string[]> {
  const containers = await leftBy("{{.Names}}", "ps", "--all");
  const volumes = await leftBy("{{.Name}}", "volume", "ls");
  const networks = await leftBy("{{.Name}}", "network", "ls");
  await removeResources({ containers, volumes, networks });
  for (const name of fs.readdirSync(os.tmpdir()).filter(isOfTest))
    fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
  return containers;
}

const isOfTest = (name: string) => name.startsWith(TEST);

/** @returns those of what the command lists that belong to a test */
async function leftBy(name: string, ...command: string[]): Promise<string[]> {
  const list = await docker(...command, "--format", `${name}\t{{.Label "${LABELS.folder}"}}`);
  const lines = list.split("\n").map((line) => line.split("\t") as [name: string, folder?: string]);
  return lines
    .filter(([name, folder = ""]) => isOfTest(name) || isOfTest(path.basename(folder)))
    .map(([name]) => name);
}
