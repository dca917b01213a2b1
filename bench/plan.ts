/** What a run measures, and in which order. Pure. */
import { parseArgs } from "node:util";
import type { LatencyPlan } from "./latency.ts";

export interface Plan {
  messages: number;
  warmUpMessages: number;
  /** Names of variants. Compared variants take turns, so that a busy minute of the machine affects all of them. */
  drains: readonly string[];
  latencies: readonly LatencyPlan[];
  producerEvents: number;
}

const FULL_ROUND = ["original", "everything", "no-deduplication"];

const FULL: Plan = {
  messages: 1_000_000,
  warmUpMessages: 100_000,
  drains: [
    ...FULL_ROUND,
    ...["no-dead-letters", "no-windows", "no-undo", "no-checkpoints", "state-on-heap"],
    ...FULL_ROUND,
    ...["parallelism-1", "four-tables", "original-parallel", "blackhole"],
  ],
  latencies: [100, 1_000, 10_000].map((rate) => ({ rate, warmUpSeconds: 10, seconds: 30 })),
  producerEvents: 500_000,
};

const QUICK: Plan = {
  messages: 100_000,
  warmUpMessages: 10_000,
  drains: ["original", "everything", "original", "everything"],
  latencies: [{ rate: 1_000, warmUpSeconds: 5, seconds: 5 }],
  producerEvents: 100_000,
};

export const USAGE = `npm run bench [-- --quick]
  --quick   100,000 events, the original and this pipeline only; prints the results and writes no file`;

/** @throws Error naming an unknown flag */
export function planFrom(args: readonly string[]): { plan: Plan; quick: boolean } | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return "help";
  return values.quick ? { plan: QUICK, quick: true } : { plan: FULL, quick: false };
}
