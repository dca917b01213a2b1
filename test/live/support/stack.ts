/** A stack for one test file. Removes what an earlier, broken run left, and everything of its own at the end. */

import { afterAll, afterEach, beforeAll } from "vitest";
import { containerName } from "../../../facts/pipeline.ts";
import { docker, logs, removeStackResources, stackResources } from "./docker.ts";
import { Workspace } from "./workspace.ts";

export interface Stack {
  /** Available once the first test runs. */
  readonly workspace: Workspace;
  container(service: string): string;
  /** Stops the producer. @returns the counts in its last log line */
  stopProducer(): Promise<{ sent: number; acknowledged: number }>;
}

export function useStack(name: string, config: Record<string, unknown>): Stack {
  let workspace: Workspace | undefined;
  beforeAll(async () => {
    await removeStackResources(name);
    workspace = new Workspace(name, config);
  });
  // The containers are removed at the end, so what they say about a failure is printed now.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const one of (await stackResources(name)).containers)
      console.log(`--- ${one}\n${(await logs(one)).split("\n").slice(-40).join("\n")}`);
  });
  afterAll(async () => {
    await removeStackResources(name);
    workspace?.remove();
  });

  const container = (service: string) => containerName(service, name);
  return {
    get workspace() {
      if (workspace === undefined) throw new Error(`stack ${name} is only available in tests`);
      return workspace;
    },
    container,
    async stopProducer() {
      await docker("stop", "--time", "20", container("producer"));
      const lines = (await logs(container("producer"))).split("\n");
      return lines
        .filter((line) => line.includes('"stopped"'))
        .map((line) => JSON.parse(line))
        .at(-1);
    },
  };
}
