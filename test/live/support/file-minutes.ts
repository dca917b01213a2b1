/** How many minutes the longest test files take beside another one, on two cores. */
export const MINUTES: Readonly<Record<string, number>> = {
  "full/config-keys/demo": 8,
  "full/config-keys/dev": 10,
  "full/day-two": 16,
  "full/doctor": 11,
  "full/drift": 8,
  "full/killed-upgrade": 9,
  "full/lost-events": 10,
  "full/tutorial": 6,
  "full/verdicts-and-account": 11,
  "live/data-contract": 5,
  "live/metrics": 4,
  "live/pipeline": 6,
  "pulumi/cli": 4,
};
/** Of a file that is not in the list. */
const OTHERS = 3;

/** @param path of a test file, with slashes */
export function minutesOf(path: string): number {
  const [, name = ""] = /\/test\/(.+)\.test\.ts$/.exec(path) ?? [];
  return MINUTES[name] ?? OTHERS;
}

/** Whether a file that starts now is done by then, on a machine half as quick. */
export function isDoneBy(path: string, end: number, now: number): boolean {
  return now + 2 * minutesOf(path) * 60_000 <= end;
}

/** How many files further down the list of names a day begins than the day before. */
const STEP = 5;

/**
 * @param limited whether the time is: each day then begins with other files, so that none is left out for ever.
 * Without a limit the longest come first, so that the last one to end runs alone for as short as possible.
 * @param day any count of days
 */
export function inRunningOrder(paths: readonly string[], limited: boolean, day: number): string[] {
  if (!limited) return paths.toSorted((a, b) => minutesOf(b) - minutesOf(a));
  const first = (STEP * day) % Math.max(1, paths.length);
  const byName = paths.toSorted();
  return [...byName.slice(first), ...byName.slice(0, first)];
}
