import { setTimeout as sleep } from "node:timers/promises";
import type { Command, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { conditionsOf, type Health, healthOf, troubles } from "../report/conditions.ts";
import type { StackReport } from "../report/facts.ts";
import { renderReport } from "../report/render.ts";
import { Reporter } from "../report/reporter.ts";
import { addSample, type Sample, trendLines } from "../report/trend.ts";

const codes = { healthy: exitCodes.ok, unhealthy: exitCodes.failed, absent: exitCodes.noSuchStack } as const;

const WATCH_MS = 5_000;
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Reports what runs and what was counted. The exit code says whether the stack is healthy. */
export const status: Command = async (context) => {
  const { watch, exitWhenHealthy } = context.options;
  if (watch || exitWhenHealthy) return watchReport(context);
  const report = await new Reporter(context).report();
  for (const line of linesOf(report, context)) context.console.line(line);
  return codes[healthOf(report, context.hint)];
};

/** Reports again and again, until Ctrl-C or, with --exit-when-healthy, until the stack is healthy. */
async function watchReport(context: Context): Promise<number> {
  const { options, signal, console, hint } = context;
  const clear = process.stdout.isTTY && !options.json ? CLEAR : "";
  const reporter = new Reporter(context);
  let samples: readonly Sample[] = [];
  let health: Health = "absent";
  while (!signal.aborted) {
    const report = await reporter.report();
    health = healthOf(report, hint);
    samples = addSample(samples, report, performance.now());
    const lines = linesOf(report, context, trendLines(samples));
    if (lines.length > 0) console.line(clear + lines.join("\n"));
    if (options.exitWhenHealthy && health === "healthy") break;
    await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
  }
  return codes[health];
}

/** For people. With --json, prints the report for programs, and returns no lines. */
function linesOf(report: StackReport, context: Context, trend: string[] = []): string[] {
  const { project, options, hint } = context;
  const health = healthOf(report, hint);
  if (options.json) {
    const isAbsent = health === "absent";
    const judged = isAbsent
      ? { troubles: [], conditions: [] }
      : { troubles: troubles(report, hint), conditions: conditionsOf(report, hint) };
    context.print({ health, ...judged, ...report });
    return [];
  }
  if (health !== "absent") return renderReport(report, context, trend);
  return [
    ...(report.isDockerThere ? [] : ["No Docker engine answers."]),
    `Stack ${project.stack} is not up. \`${hint("up")}\` brings it up.`,
  ];
}
