/** How far back the topic reaches, and how long the disk lasts. Pure. */
import { bytes, count } from "../format.ts";

export const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;

export interface TopicStorage {
  /** When Kafka received the oldest event that the topic still has, in milliseconds; undefined without events. */
  readonly oldestEvent: number | undefined;
  /** Events that it still has, and how many of them arrived in the last 24 hours. */
  readonly events: number;
  readonly eventsOfLastDay: number;
  /** Bytes that it takes, and that are free on its disk; undefined where the container cannot tell. */
  readonly used: number | undefined;
  readonly free: number | undefined;
}

export function retentionLines({ oldestEvent, ...storage }: TopicStorage, now: number): string[] {
  if (oldestEvent === undefined) return ["no events"];
  const { used, free } = storage;
  const size = used === undefined ? "" : `; ${bytes(used)} on disk, ${bytes(free ?? 0)} free`;
  const from = new Date(oldestEvent).toISOString().replace(/\.\d+Z$/, "Z");
  return [`replay possible from ${from}${size}`, ...forecast({ oldestEvent, ...storage }, now)];
}

/** Says when the disk is full if events continue to arrive as in the last 24 hours, and none expires. */
function forecast(
  { oldestEvent = 0, events, eventsOfLastDay, used, free }: TopicStorage,
  now: number,
): string[] {
  const observed = Math.min(DAY_MS, now - oldestEvent);
  if (used === undefined || free === undefined || eventsOfLastDay === 0 || observed < MINUTE_MS) return [];
  const growth = (used / events) * eventsOfLastDay * (DAY_MS / observed);
  if (growth < 1) return [];
  const days = free / growth;
  const when = days > 3_650 ? "in more than 10 years" : days < 2 ? "in less than 2 days" : onDay(now, days);
  return [`at today's rate (${bytes(growth)} a day) the disk is full ${when}`];
}

function onDay(now: number, days: number): string {
  const date = new Date(now + days * DAY_MS).toISOString().slice(0, 10);
  return `in ${count(Math.floor(days))} days, on ${date}`;
}

/** Reads the output of `du -sk TOPIC-*` and `df -Pk FOLDER`, one after the other. */
export function parseDiskUse(text: string): Pick<TopicStorage, "used" | "free"> {
  const partitions = [...text.matchAll(/^(\d+)\t/gm)].map(([, kibibytes]) => Number(kibibytes));
  const available = /^\S+\s+\d+\s+\d+\s+(\d+)\s+\d+%/m.exec(text)?.[1];
  return {
    used: partitions.length === 0 ? undefined : partitions.reduce((sum, size) => sum + size, 0) * 1024,
    free: available === undefined ? undefined : Number(available) * 1024,
  };
}
