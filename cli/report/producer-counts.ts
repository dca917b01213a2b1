import type Docker from "dockerode";
import { lastLogLines } from "../containers.ts";
import type { Project } from "../project.ts";
import type { ProducerCounts } from "./facts.ts";

export async function producerCounts(docker: Docker, project: Project): Promise<ProducerCounts | undefined> {
  const lines = await lastLogLines(docker, project, "producer").catch(() => []);
  return lastCounts(lines);
}

/** The newest line that has counters. */
export function lastCounts(lines: readonly string[]): ProducerCounts | undefined {
  for (const line of [...lines].reverse()) {
    try {
      const { sent, acknowledged, eventsPerSecond } = JSON.parse(line);
      if (typeof sent !== "number" || typeof acknowledged !== "number") continue;
      const rate = typeof eventsPerSecond === "number" ? eventsPerSecond : undefined;
      return { sent, acknowledged, eventsPerSecond: rate };
    } catch {
      // A line that is not JSON has no counters.
    }
  }
  return undefined;
}
