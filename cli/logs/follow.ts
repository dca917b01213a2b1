/** New lines of a stack's containers, also of those that are restarted or created meanwhile. */
import { setTimeout } from "node:timers/promises";
import { isLater, type ServiceLine } from "./merge.ts";
import type { LogSource } from "./read.ts";

export interface LogFollower {
  running(): Promise<readonly LogSource[]>;
  follow(source: LogSource, since: number, onLine: (line: ServiceLine) => void): Promise<void>;
}

const LOOK_MS = 1_000;

/**
 * @param printed the time of the last printed line, by service
 * @param from milliseconds; where no line of a service was printed
 */
export async function followAll(
  { running, follow }: LogFollower,
  printed: Map<string, string>,
  from: number,
  signal: AbortSignal,
  print: (line: ServiceLine) => void,
): Promise<void> {
  const followed = new Map<string, Promise<void>>();
  const onLine = (line: ServiceLine) => {
    const last = printed.get(line.service);
    // Docker repeats the lines of the moment at which it is asked to begin.
    if (last !== undefined && !isLater(line.time, last)) return;
    printed.set(line.service, line.time);
    print(line);
  };
  while (!signal.aborted) {
    for (const source of await running()) {
      if (followed.has(source.id)) continue;
      const last = printed.get(source.service);
      const work = follow(source, last === undefined ? from : Date.parse(last), onLine);
      // A container that has ended is followed again if it is started again.
      followed.set(
        source.id,
        work.finally(() => followed.delete(source.id)).catch(() => undefined),
      );
    }
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(followed.values());
}
