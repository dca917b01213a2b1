/** The tree of a run: stack, components, resources, each with what happens to it. */
import { parseUrn } from "../urn.ts";
import type { Progress, Row } from "./progress.ts";
import { markOf, type Paint, shortType, soFar, statusOf } from "./texts.ts";
import { columns, cut, oneLine, pad } from "./width.ts";

/** Quick looks come and go unseen. */
const LOOK_MS = 1_000;

export interface View {
  width: number;
  /** Lines that there is room for. */
  height: number;
  now: number;
  paint: Paint;
}

export function drawTree(progress: Progress, { width, height, now, paint }: View): string[] {
  const drawn = branches(pick(progress, height, now)).map(({ row, branch }) => {
    const { type, name } = parseUrn(row.urn);
    return { row, cells: [branch + shortType(type), oneLine(name)], status: describe(row, now) };
  });
  const widths = [0.4, 0.3].map((share, index) => {
    const widest = Math.max(0, ...drawn.map(({ cells }) => columns(cells[index] ?? "")));
    return Math.min(widest, Math.floor(width * share));
  });
  return drawn.map(({ row, cells, status }) => {
    const texts = cells.map((text, index) => pad(cut(text, widths[index] ?? 0), widths[index] ?? 0));
    const mark = markOf(row.step);
    const text = cut(` ${mark} ${texts.join("  ")}  ${status}`, width).trimEnd();
    return paint(row.phase === "failed" ? "error" : row.phase ? mark : "dim", text);
  });
}

function describe({ step, phase, since, elapsedMs, status }: Row, now: number): string {
  if (!step || !phase) return "";
  const time = phase === "doing" ? Math.floor((now - since) / 1000) * 1000 : elapsedMs;
  return `${statusOf(step, phase, time)}  ${oneLine(status)}`;
}

/** What is worth seeing and fits: failures first, then what runs, then what has changed, the latest first. */
function pick({ rows }: Progress, height: number, now: number): Row[] {
  const rank = ({ phase, step, since }: Row) => {
    if (phase === "doing") return step?.op === "refresh" && now - since < LOOK_MS ? 0 : 2;
    return phase === "failed" ? 3 : phase === "done" ? 1 : 0;
  };
  const picked = new Set<Row>();
  const candidates = [...rows.values()].reverse().filter(rank);
  for (const row of candidates.sort((a, b) => rank(b) - rank(a))) {
    const line: Row[] = [];
    for (let at: Row | undefined = row; at && !picked.has(at); at = rows.get(at.parent ?? "")) line.push(at);
    if (picked.size + line.length <= height) for (const part of line) picked.add(part);
  }
  return [...rows.values()].filter((row) => picked.has(row));
}

function branches(rows: Row[]): { row: Row; branch: string }[] {
  const known = new Set(rows.map(({ urn }) => urn));
  const visit = (siblings: Row[], indent: string, isTop: boolean): { row: Row; branch: string }[] =>
    siblings.flatMap((row, index) => {
      const isLast = index === siblings.length - 1;
      const [branch, below] = isTop ? ["", ""] : isLast ? ["└─ ", "   "] : ["├─ ", "│  "];
      const children = rows.filter(({ parent }) => parent === row.urn);
      return [{ row, branch: indent + branch }, ...visit(children, indent + below, false)];
    });
  const top = rows.filter(({ parent }) => !known.has(parent ?? ""));
  return visit(top, "", true);
}

/** `    3 running, 12 done, 21 unchanged, 14s`. */
export function tally(progress: Progress, now: number): string {
  const counts = [
    [progress.in("doing").length, "running"],
    [progress.in("failed").length, "failed"],
    [progress.in("done").length, "done"],
    [progress.unchanged.size, "unchanged"],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (progress.in("doing").length === 0) parts.unshift(`waiting for ${progress.awaited}`);
  return `    ${[...parts, soFar(now - progress.begun)].join(", ")}`;
}
