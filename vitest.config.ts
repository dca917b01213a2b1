import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

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

/** Files of minutes, the longest first: the last file to end then runs alone for as short as possible. */
const LONGEST = [
  ...["config-keys/dev", "config-keys/demo", "day-two", "killed-upgrade", "doctor", "verdicts-and-account"],
  ...["lost-events", "drift", "tutorial", "pipeline", "data-contract", "metrics", "pulumi/cli"],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    const place = (id: string) => {
      const found = LONGEST.findIndex((name) => id.endsWith(`/${name}.test.ts`));
      return found < 0 ? LONGEST.length : found;
    };
    const sorted = (await super.sort(files)).sort((a, b) => place(a.moduleId) - place(b.moduleId));
    if (process.env.COMMERCE_TESTS_START_UNTIL === undefined) return sorted;
    // Where the time is limited, another day begins with other files: none is left out for ever.
    const first = (5 * Math.floor(Date.now() / 86_400_000)) % Math.max(1, sorted.length);
    return [...sorted.slice(first), ...sorted.slice(0, first)];
  }
}

export default defineConfig({
  test: {
    // Most of what they wait for are other processes: two at once are a quarter quicker, on two cores too.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
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
