/** Which lines of which services `logs` prints. Pure. */
import { suggest } from "../../facts/suggest.ts";
import { flagDefaults } from "../command-line/flags.ts";
import type { Options } from "../command-line/options.ts";
import { UsageError } from "../errors.ts";
import { isOfService } from "../services.ts";

/** `taskmanager` also means `taskmanager-2`. @throws UsageError for a service that the stack does not have */
export function selectServices(asked: readonly string[], existing: readonly string[]): string[] {
  if (asked.length === 0) return [...existing];
  const chosen = asked.flatMap((name) => {
    const found = existing.filter((service) => isOfService(service, name));
    if (found.length > 0) return found;
    throw new UsageError(
      `the stack has no container ${name}${suggest(name, existing)}`,
      `It has ${existing.join(", ")}.`,
    );
  });
  return existing.filter((service) => chosen.includes(service));
}

export interface LineRange {
  /** Milliseconds. */
  readonly since: number | undefined;
  /** Of each service; undefined: all. */
  readonly tail: number | undefined;
}

/** @throws UsageError */
export function lineRange({ since, tail }: Pick<Options, "since" | "tail">, now: number): LineRange {
  const lines = tail ?? (since === undefined ? flagDefaults.tail : "all");
  if (lines !== "all" && !/^\d+$/.test(lines)) {
    throw new UsageError(`--tail ${lines}: write a number of lines, or all`);
  }
  return {
    since: since === undefined ? undefined : timeOf(since, now),
    tail: lines === "all" ? undefined : Number(lines),
  };
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(text: string, now: number): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (number !== undefined) return now - Number(number) * (units[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--since ${text}: write 90s, 10m, 2h, 1d, or a time such as 2000-01-31T12:00:00Z`);
}
