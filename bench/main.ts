/** `npm run bench`: the original's SQL against this project's, on one stack, in one run. */
import * as fs from "node:fs";
import * as path from "node:path";
import { removeStackResources } from "../test/live/support/docker.ts";
import { Workspace } from "../test/live/support/workspace.ts";
import { becomeTheOnlyRun } from "../test/only-run.mjs";
import { measureAll } from "./measure.ts";
import { planFrom, USAGE } from "./plan.ts";
import { chart } from "./report/chart.ts";
import { markdown } from "./report/markdown.ts";
import { CONFIG, STACK, standUp, takeDown } from "./stack.ts";

const since = Date.now();
const log = (text: string) =>
  console.log(`[${((Date.now() - since) / 1000).toFixed(1).padStart(7)} s] ${text}`);

async function main(args: readonly string[]): Promise<void> {
  const chosen = planFrom(args);
  if (chosen === "help") return console.log(USAGE);
  await becomeTheOnlyRun();
  await removeStackResources(STACK);
  const workspace = new Workspace(STACK, CONFIG);
  let down: Promise<void> | undefined;
  const takeDownOnce = () => {
    down ??= takeDown(workspace);
    return down;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      log(`${signal}: taking the stack down`);
      takeDownOnce().finally(() => process.exit(130));
    });
  }
  try {
    const bench = await standUp(workspace, log);
    const results = await measureAll(bench, chosen.plan, log);
    const report = markdown(results);
    console.log(`\n${report}`);
    if (chosen.quick) return;
    const write = (name: string, text: string) =>
      fs.writeFileSync(path.join(import.meta.dirname, name), text);
    write("results.json", `${JSON.stringify(results, undefined, 2)}\n`);
    write("RESULTS.md", report);
    write("results.svg", chart(results));
    log("bench/RESULTS.md, results.svg and results.json written");
  } finally {
    log("taking the stack down");
    await takeDownOnce();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
