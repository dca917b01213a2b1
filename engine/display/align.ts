/** Two lists side by side: which items stayed, which were taken out, which were put in. */

/** Above this all counts as replaced: the table would take more than it shows. */
const MAX_CELLS = 4_000_000;

/** Indices of the old and the new item; one of them is absent where it was taken out or put in. */
export type Pair = [before: number | undefined, after: number | undefined];

export function align<T>(before: readonly T[], after: readonly T[], same: (a: T, b: T) => boolean): Pair[] {
  const equal = (i: number, j: number) =>
    i < before.length && j < after.length && same(before[i] as T, after[j] as T);
  let start = 0;
  while (equal(start, start)) start++;
  const width = after.length - start + 1;
  const cells = (before.length - start + 1) * width;
  // The length of the longest common subsequence of what follows i and j.
  const common = new Uint16Array(cells > MAX_CELLS ? 0 : cells);
  const cell = (i: number, j: number) => (i - start) * width + j - start;
  const at = (i: number, j: number) => common[cell(i, j)] ?? 0;
  for (let i = before.length - 1; i >= start && common.length > 0; i--) {
    for (let j = after.length - 1; j >= start; j--) {
      common[cell(i, j)] = equal(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Pair[] = [];
  for (let [i, j] = [0, 0]; i < before.length || j < after.length; ) {
    if (equal(i, j)) pairs.push([i++, j++]);
    else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1)))
      pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
  return pairs;
}
