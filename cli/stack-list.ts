/** The stacks of a project, from its state and its containers. Pure. */

export interface ContainerSummary {
  readonly total: number;
  readonly running: number;
  readonly unhealthy: number;
}

export interface ListedStack {
  readonly name: string;
  /** How many resources are recorded; undefined for a stack that is not in this state. */
  readonly resources: number | undefined;
  /** Undefined where no Docker engine answers. */
  readonly containers: ContainerSummary | undefined;
}

/** What Docker lists of a container: `State` is running, exited, ..., `Status` is "Up 5 minutes (healthy)". */
export interface ListedContainer {
  readonly stack: string;
  readonly State: string;
  readonly Status: string;
}

/**
 * @param recorded the number of resources by stack
 * @param containers undefined where no Docker engine answers
 */
export function listStacks(
  recorded: ReadonlyMap<string, number>,
  containers: readonly ListedContainer[] | undefined,
): ListedStack[] {
  const names = new Set([...recorded.keys(), ...(containers ?? []).map(({ stack }) => stack)]);
  return (
    [...names]
      .sort()
      .map((name) => ({
        name,
        resources: recorded.get(name),
        containers: containers && summaryOf(containers.filter(({ stack }) => stack === name)),
      }))
      // A destroyed stack leaves an empty state.
      .filter(({ resources = 0, containers: own }) => resources > 0 || (own?.total ?? 0) > 0)
  );
}

function summaryOf(containers: readonly ListedContainer[]): ContainerSummary {
  return {
    total: containers.length,
    running: containers.filter(({ State }) => State === "running").length,
    unhealthy: containers.filter(({ Status }) => Status.includes("(unhealthy)")).length,
  };
}

/** `7 running`, `3 of 7 running, 1 unhealthy`. */
export function describeContainers(containers: ContainerSummary | undefined): string {
  if (containers === undefined) return "unknown";
  const { total, running, unhealthy } = containers;
  if (total === 0) return "none";
  const share = running === total ? String(total) : `${running} of ${total}`;
  return `${share} running${unhealthy === 0 ? "" : `, ${unhealthy} unhealthy`}`;
}
