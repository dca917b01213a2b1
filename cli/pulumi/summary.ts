/** What a run has changed, according to the CLI's event log. Pure. */

export type Operation = "create" | "update" | "replace" | "delete" | "same";

/** The number of resources by operation. */
export type Changes = Readonly<Partial<Record<Operation, number>>>;

interface SummaryEvent {
  readonly resourceChanges?: Readonly<Record<string, number>>;
  readonly isPreview?: boolean;
}

const words: readonly (readonly [Operation, string])[] = [
  ["create", "created"],
  ["update", "updated"],
  ["replace", "replaced"],
  ["delete", "deleted"],
  ["same", "unchanged"],
];

/** @param log one JSON event per line; a plan that was shown first has its own summary, so the last one counts */
export function changesIn(log: string): Changes {
  const counts = lastSummary(log)?.resourceChanges ?? {};
  return Object.fromEntries(words.flatMap(([kind]) => (counts[kind] ? [[kind, counts[kind]]] : [])));
}

/** Whether a plan was shown, but none of it was started. */
export function isPlanOnly(log: string): boolean {
  const afterPlan = log.slice(log.lastIndexOf('"summaryEvent"'));
  return lastSummary(log)?.isPreview === true && !afterPlan.includes('"resourcePreEvent"');
}

/** Whether a resource could not be read. */
export function isRefreshFailure(log: string): boolean {
  const failed = log.split("\n").filter((line) => line.includes('"resOpFailedEvent"'));
  return failed.some((line) => /"op":\s*"refresh"/.test(line));
}

/** The errors that the CLI has shown, one after the other. */
export function errorsIn(log: string): string {
  const events = log.split("\n").filter((line) => line.includes('"diagnosticEvent"'));
  return events.map(errorIn).join("\n");
}

function errorIn(line: string): string {
  try {
    const { severity, message } = JSON.parse(line).diagnosticEvent;
    return severity === "error" ? String(message) : "";
  } catch {
    return ""; // the CLI was killed while writing the line
  }
}

function lastSummary(log: string): SummaryEvent | undefined {
  const lines = log.split("\n").filter((line) => line.includes('"summaryEvent"'));
  try {
    return JSON.parse(lines.at(-1) ?? "{}").summaryEvent;
  } catch {
    return undefined; // the CLI was killed while writing the line
  }
}

export function isUnchanged(changes: Changes): boolean {
  return Object.entries(changes).every(([operation, count]) => operation === "same" || count === 0);
}

/** Adds up two consecutive runs; unchanged counts come from the second. */
export function sumOf(first: Changes, second: Changes): Changes {
  const counts = words.map(([kind]) => [
    kind,
    (kind === "same" ? 0 : (first[kind] ?? 0)) + (second[kind] ?? 0),
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

/** `2 created, 1 updated, 14 unchanged`. */
export function describeChanges(changes: Changes): string {
  return words.flatMap(([kind, word]) => (changes[kind] ? [`${changes[kind]} ${word}`] : [])).join(", ");
}
