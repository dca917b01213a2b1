import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** `/tmp/healthy` in the container: its age is the time since the producer last worked as it should. */
export const HEARTBEAT_FILE = join(tmpdir(), "healthy");

const RESOLUTION_MS = 1_000;

/** Returns a function that touches the file once a second at most, so that it can be called for each batch. */
export function createHeartbeat(file: string = HEARTBEAT_FILE, nowMs: () => number = Date.now): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const now = nowMs();
    if (now - lastMs < RESOLUTION_MS) return;
    lastMs = now;
    touch(file, new Date(now));
  };
}

function touch(file: string, time: Date): void {
  try {
    utimesSync(file, time, time);
  } catch {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  }
}
