/** Lines of several services, in the order of their times. Pure. */
import type { LogLine } from "../../plugins/docker/formats/log-lines.ts";

export interface ServiceLine extends LogLine {
  readonly service: string;
}

/** Lines of the same time keep their order. The fraction has nine digits at most, and trailing zeros may be missing. */
export function mergeByTime(logs: readonly (readonly ServiceLine[])[]): ServiceLine[] {
  const keyed = logs.flatMap((lines) => {
    let last = "";
    return lines.map((line) => {
      // A service's own order is never changed, and a line without a time follows the line before it.
      const key = sortable(line.time);
      if (key > last) last = key;
      return { line, key: last };
    });
  });
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ line }) => line);
}

/** Whether `a` is later than `b`, both as Docker prints times. */
export const isLater = (a: string, b: string) => sortable(a) > sortable(b);

function sortable(time: string): string {
  const [seconds = "", fraction = ""] = time.replace(/Z$/, "").split(".");
  return seconds === "" ? "" : `${seconds}.${fraction.padEnd(9, "0")}`;
}
