import { describe, expect, it } from "vitest";
import type { ContainerFacts } from "../../../cli/containers.ts";
import { planRestart } from "../../../cli/restart.ts";

const container = (
  service: string,
  state: string,
  health: ContainerFacts["health"] = "none",
): ContainerFacts => ({
  id: service,
  name: `commerce-pipeline-dev-${service}`,
  service,
  state,
  health,
  ports: [],
  image: "image",
});

describe("restarting a stack's containers", () => {
  it("starts stopped ones, unpauses paused ones, and waits for starting ones", () => {
    const containers = [
      container("kafka", "running", "healthy"),
      container("postgres", "exited"),
      container("producer", "paused", "healthy"),
      container("pgadmin", "running", "starting"),
      container("taskmanager", "restarting"),
    ];
    const { start, unpause, await: coming } = planRestart(containers);
    expect(start.map(({ service }) => service)).toEqual(["postgres"]);
    expect(unpause.map(({ service }) => service)).toEqual(["producer"]);
    expect(coming.map(({ service }) => service)).toEqual(["pgadmin", "taskmanager"]);
  });

  it("leaves healthy, unhealthy and never started ones to the engine", () => {
    const containers = [
      container("a", "created"),
      container("b", "running", "unhealthy"),
      container("c", "dead"),
    ];
    expect(planRestart(containers)).toEqual({ start: [], unpause: [], await: [] });
  });
});
