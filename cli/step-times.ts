import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** How long each step took when it last succeeded on this machine. */
export interface StepTimes {
  /** In milliseconds; undefined for a step that has not been seen, or that is over at once. */
  expected(title: string): number | undefined;
  record(title: string, milliseconds: number): void;
}

/** Shorter steps are over before anyone asks. */
const WORTH_KNOWING_MS = 2_000;
/** Some titles contain an id or a file's name. */
const KEPT = 100;

export const NO_TIMES: StepTimes = { expected: () => undefined, record: () => undefined };

/** Never fails: a file that cannot be read or written costs the expected times only. */
export function stepTimesIn(file: string): StepTimes {
  return {
    expected: (title) => read(file)[title],
    record(title, milliseconds) {
      const { [title]: _, ...others } = read(file);
      const isLong = milliseconds >= WORTH_KNOWING_MS;
      const times = Object.entries(isLong ? { ...others, [title]: Math.round(milliseconds) } : others);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `${JSON.stringify(Object.fromEntries(times.slice(-KEPT)))}\n`);
      } catch {
        // a read-only checkout
      }
    },
  };
}

function read(file: string): Record<string, number> {
  try {
    const times: Record<string, unknown> = JSON.parse(readFileSync(file, "utf8"));
    return Object.fromEntries(
      Object.entries(times).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  } catch {
    return {};
  }
}
