import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import { inRunningOrder } from "./test/live/support/file-minutes.ts";

/** From cheap to expensive: `npm run check` runs the first three, `npm test` all but the last, `npm run test:full` that. */
const project = (name: string, extra: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

/** Their files share a process and what they import, which halves the time. The limit is for a busy machine. */
const quick = { isolate: false, testTimeout: 20_000, hookTimeout: 20_000 };

/** Real containers, two stacks at once: one leaves half of two cores idle. Each wait has a bound of its own. */
const stacks = {
  ...{ testTimeout: 1_200_000, hookTimeout: 1_200_000, maxWorkers: 2 },
  runner: "./test/live/support/runner.ts",
};

class RunningOrder extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    const limited = process.env.COMMERCE_TESTS_END !== undefined;
    const today = Math.floor(Date.now() / 86_400_000);
    const sorted = await super.sort(files);
    const paths = sorted.map(({ moduleId }) => moduleId);
    const order = inRunningOrder(paths, limited, today);
    return sorted.sort((a, b) => order.indexOf(a.moduleId) - order.indexOf(b.moduleId));
  }
}

export default defineConfig({
  test: {
    fsModuleCache: true,
    silent: "passed-only",
    // Most of what they wait for are other processes: three at once are a third quicker, on two cores too.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: RunningOrder },
    projects: [
      project("unit", quick),
      project("graph", quick),
      project("contract", quick),
      project("pulumi", { ...stacks, testTimeout: 300_000, hookTimeout: 300_000 }),
      project("live", stacks),
      project("full", stacks),
    ],
  },
});
