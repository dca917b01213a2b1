/** Which lines of a text were taken out and put in, with a little of what stands around them. */

const CONTEXT = 2;

export interface DiffLine {
  mark: " " | "+" | "-";
  line: string;
}

export function diffLines(before: string[], after: string[]): DiffLine[] {
  const width = after.length + 1;
  // common[i * width + j]: the length of the longest common subsequence of before[i..] and after[j..].
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const all: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      all.push({ mark: " ", line: String(before[i++]) });
      j++;
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
      all.push({ mark: "-", line: String(before[i++]) });
    } else {
      all.push({ mark: "+", line: String(after[j++]) });
    }
  }
  return withoutFarContext(all);
}

function withoutFarContext(all: DiffLine[]): DiffLine[] {
  const isNear = (index: number) =>
    all.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ mark }) => mark !== " ");
  const kept: DiffLine[] = [];
  for (const [index, line] of all.entries()) {
    if (isNear(index)) kept.push(line);
    else if (kept.at(-1)?.line !== "…") kept.push({ mark: " ", line: "…" });
  }
  return kept;
}
