/** What a destroy does to the stack's data. Pure. */
import { UserError } from "./errors.ts";
import { count } from "./format.ts";
import type { Belongings } from "./leftovers.ts";
import type { StackReport } from "./report/facts.ts";

export type Fate = "retain" | "purge";

/**
 * The engine goes by what was recorded with the last `up`, not by what the configuration says by now.
 *
 * @param recorded of the stack's outputs; undefined when nothing is up
 */
export function fateOf(purge: boolean, configured: string | undefined, recorded: string | undefined): Fate {
  if (purge) return "purge";
  if (configured === "retain" && recorded === "purge") {
    throw new UserError(
      "the stack is to retain its data on destroy, but was brought up without that: its data would be lost",
      "`npm start` first, or --purge if it may go.",
    );
  }
  return (recorded ?? configured) === "retain" ? "retain" : "purge";
}

/** What will be removed, and what will be lost or kept, as far as it could be counted. */
export function describeFate(
  fate: Fate,
  { containers, networks, volumes }: Belongings,
  { rows, account, paused, savepoint }: Pick<StackReport, "rows" | "account" | "paused" | "savepoint">,
): string[] {
  const many = (number: number, one: string) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;
  const counted = rows?.ok ? Object.values(rows.value) : [];
  const total = counted.reduce((sum, number) => sum + number, 0);
  const data = [
    counted.length > 0 ? `${many(total, "row")} in ${many(counted.length, "table")}` : "the tables",
    account ? `${many(account.eventsIn - account.expired, "event")} in the topic` : "the topic",
  ].join(", ");
  const things = [many(containers.length, "container"), many(networks.length, "network")];
  if (fate === "purge") things.push(many(volumes.length, "volume"));
  const removed = `${things.join(", ")}. Images are kept.`;
  if (volumes.length === 0) return [removed];
  if (fate === "purge") {
    return [removed, `Lost for good: ${data}, the job's state and its savepoints. There is no way back.`];
  }
  const job =
    paused && savepoint !== undefined ? `the savepoint ${savepoint}` : "a last savepoint of the job";
  return [
    removed,
    `Kept, for the next \`npm start\` to go on with: ${data}, ${job}. With --purge they go too.`,
  ];
}
