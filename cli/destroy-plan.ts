/** What a destroy does to the stack's data. Pure. */
import type { DockerObjects } from "./docker-objects.ts";
import { UserError } from "./errors.ts";
import { count } from "./format.ts";
import type { Hint } from "./hints.ts";
import type { StackReport } from "./report/facts.ts";
import { volumes } from "./services.ts";

export interface DestroyFacts {
  /** --purge: nothing is kept. */
  readonly purge: boolean;
  /** `onDestroy` in the stack's configuration. */
  readonly configured: string | undefined;
  /** The volumes in the state, and whether a destroy keeps each. */
  readonly recorded: ReadonlyMap<string, boolean>;
  /** The names of the stack's volumes in Docker. */
  readonly existing: readonly string[];
}

/**
 * The volumes that a destroy keeps. For a recorded volume, Pulumi does what the last `up` recorded. The configuration
 * only decides about volumes without a record: kept by an earlier destroy, or created by a killed run.
 *
 * @throws UserError where the configuration says retain, but a volume with data is recorded without it
 */
export function keptVolumes({ purge, configured, recorded, existing }: DestroyFacts, hint: Hint): string[] {
  if (purge) return [];
  const isData = (name: string) => volumes.some(({ suffix, data }) => data && name.endsWith(`-${suffix}`));
  const lost = existing.filter((name) => isData(name) && recorded.get(name) === false);
  if (configured === "retain" && lost.length > 0) {
    throw new UserError(
      `the configuration says onDestroy: retain, but it has not been applied to ${lost.join(", ")}: a destroy would delete them`,
      `Run \`${hint("up")}\` first, or use --purge if the data may be deleted.`,
    );
  }
  return existing.filter((name) => recorded.get(name) ?? (configured === "retain" && isData(name)));
}

/** What will be removed, and which data will be lost or kept, with counts where they are known. */
export function describeDestroy(
  objects: DockerObjects,
  kept: readonly string[],
  report: Pick<StackReport, "rows" | "account" | "paused" | "savepoint">,
  hint: Hint,
): string[] {
  const many = (number: number, one: string) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;
  const names = objects.volumes.map(({ name }) => name);
  const lost = names.filter((name) => !kept.includes(name));
  const things = [many(objects.containers.length, "container"), many(objects.networks.length, "network")];
  if (lost.length > 0) things.push(many(lost.length, "volume"));
  const contents = (of: readonly string[]) =>
    volumes
      .filter(({ suffix, data }) => data && of.some((name) => name.endsWith(`-${suffix}`)))
      .map(({ suffix }) => contentOf(suffix, report, kept.length > 0, many))
      .join(", ");
  const lines = [`${things.join(", ")}. Images are kept.`];
  if (contents(lost) !== "") lines.push(`Lost for good: ${contents(lost)}. This cannot be undone.`);
  if (contents(kept) !== "")
    lines.push(
      `Kept, for the next \`${hint("up")}\` to continue with: ${contents(kept)}. --purge deletes them, too.`,
    );
  return lines;
}

function contentOf(
  suffix: (typeof volumes)[number]["suffix"],
  { rows, account, paused, savepoint }: Pick<StackReport, "rows" | "account" | "paused" | "savepoint">,
  isKept: boolean,
  many: (number: number, one: string) => string,
): string {
  if (suffix === "kafka-data") {
    return account ? `${many(account.eventsIn - account.expired, "event")} in the topic` : "the topic";
  }
  if (suffix === "postgres-data") {
    const counted = rows?.ok ? Object.values(rows.value) : [];
    const total = counted.reduce((sum, number) => sum + number, 0);
    return counted.length > 0 ? `${many(total, "row")} in ${many(counted.length, "table")}` : "the tables";
  }
  if (!isKept) return "the job's state and its savepoints";
  return paused && savepoint !== undefined ? `the savepoint ${savepoint}` : "the job's state";
}
