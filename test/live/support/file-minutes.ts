/**
 * How many minutes the longest test files take beside another one, on two cores. They start in this order: the last file
 * to end then runs alone for as short as possible.
 */
const LONGEST = {
  "full/config-keys/dev": 14,
  "full/killed-upgrade": 16,
  "full/day-two": 18,
  "full/config-keys/demo": 10,
};

const LONG = {
  "full/verdicts-and-account": 12,
  "full/lost-events": 9,
  "full/doctor": 9,
  "full/drift": 8,
  "full/tutorial": 6,
  "live/pipeline": 4,
  "live/data-contract": 4,
  "live/metrics": 3,
  "pulumi/cli": 3,
};

export const MINUTES = Object.entries({ ...LONGEST, ...LONG });
/** Of a file that is not in the list. */
const OTHERS = 3;

const isOf = (path: string, name: string) => path.endsWith(`/test/${name}.test.ts`);

/** Where a file comes in the order. */
export function placeOf(path: string): number {
  const found = MINUTES.findIndex(([name]) => isOf(path, name));
  return found < 0 ? MINUTES.length : found;
}

export const isLongest = (path: string) => Object.keys(LONGEST).some((name) => isOf(path, name));

/** Whether a file that starts now is done by then, on a machine half as quick. */
export function isDoneBy(path: string, end: number, now: number): boolean {
  const minutes = MINUTES.find(([name]) => isOf(path, name))?.[1] ?? OTHERS;
  return now + 2 * minutes * 60_000 <= end;
}
