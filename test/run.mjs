// `npm run check`, `npm test` and `npm run test:full`. Plain JavaScript: it installs what it needs.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { ensureDependencies, findNode, projectDir } from "../cli/bootstrap.mjs";
import { becomeTheOnlyRun } from "./only-run.mjs";
import { live, needsContainers, planOf, quick, usage } from "./plan.mjs";
import { closingLine, firstFailures, leftOut, testCounts } from "./tally.mjs";

const inModules = (...path) => join(projectDir, "node_modules", ...path);
const cache = join(projectDir, ".cache");
const reports = mkdtempSync(join(tmpdir(), "commerce-test-"));
const began = Date.now();

/** One that runs beside the others keeps a core busy for as long as the quick tests take, or waits for downloads. */
const tools = {
  java: { args: [join(projectDir, "test", "java.ts")], beside: true },
  // TypeScript 7, which takes a quarter of the time of the version that Pulumi loads the program with.
  types: {
    args: [
      inModules("@typescript", "native", "bin", "tsc"),
      ...["-p", projectDir, "--incremental", "--tsBuildInfoFile", join(cache, "types.tsbuildinfo")],
    ],
    beside: true,
  },
  // Which folder may import which: .dependency-cruiser.mjs.
  imports: {
    args: [
      inModules("dependency-cruiser", "bin", "dependency-cruiser.mjs"),
      ...["--config", ".dependency-cruiser.mjs"],
      ...["cli", "facts", "infra", "plugins", "producer"],
    ],
    beside: true,
  },
  "unused code": { args: [inModules("knip", "bin", "knip.js"), "--no-progress"], beside: true },
  "format and lint": { args: [inModules("@biomejs", "biome", "bin", "biome"), "ci", "."], beside: true },
  // Docker, the Pulumi CLI and images: a stage of its own, so that its time is not the tests'.
  "docker and images": { args: [join(projectDir, "test", "prepare-live.ts")] },
};

/** What is started: tools one by one, and the tests of one kind in one process. */
function processesOf({ stages, filters, stopsAtFailure }) {
  const groups = [quick, live].map((kind) => stages.filter((stage) => kind.includes(stage)));
  const processes = stages.map((stage) => {
    if (stage === "java" && stopsAtFailure)
      return { name: stage, beside: true, args: [...tools.java.args, "--if-changed"] };
    if (stage in tools) return { name: stage, ...tools[stage] };
    const group = groups.find((projects) => projects.includes(stage));
    return stage === group[0] ? vitest(group, filters) : undefined;
  });
  return processes.filter((process) => process !== undefined);
}

function vitest(projects, filters) {
  const report = join(reports, `${projects[0]}.json`);
  const selection = projects.flatMap((project) => ["--project", project]);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = [inModules("vitest", "vitest.mjs"), "run", ...selection, ...reporters, ...filters];
  return { name: projects.join(", "), report, args };
}

/** Starts a process; resolves once it has ended. The output of one beside others is printed in one piece. */
function start(node, stage, minutes) {
  const since = Date.now();
  const print = (text) => process.stdout.write(text);
  const title = `\n=== ${stage.name}\n`;
  if (!stage.beside) print(title);
  const PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  const out = stage.beside ? "pipe" : "inherit";
  const child = spawn(node, stage.args, {
    cwd: projectDir,
    // The folder that `commerce` uses: tools, and the commands that tests start, load in less time.
    env: { NODE_COMPILE_CACHE: join(cache, "node"), ...process.env, ...endAfter(minutes), PATH },
    stdio: ["ignore", out, out],
  });
  let output = stage.beside ? title : "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      const seconds = (Date.now() - since) / 1000;
      const ok = status === 0;
      print(`${output}=== ${stage.name}: ${ok ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
      const report = reportOf(stage);
      resolve({
        name: stage.name,
        ok,
        seconds,
        counts: testCounts(report, ok),
        failures: firstFailures(report),
        leftOut: Number.isFinite(minutes) ? leftOut(report) : [],
      });
    });
  });
}

/** Read by test/live/support/runner.ts. */
function endAfter(minutes) {
  return Number.isFinite(minutes) ? { COMMERCE_TESTS_END: `${began + minutes * 60_000}` } : {};
}

/** Undefined for a stage without tests, and for one that crashed. */
function reportOf({ report }) {
  const exists = report !== undefined && existsSync(report);
  return exists ? JSON.parse(readFileSync(report, "utf8")) : undefined;
}

async function run(plan) {
  if (needsContainers(plan)) await becomeTheOnlyRun();
  await ensureDependencies(process.stdout, { dev: true });
  mkdirSync(cache, { recursive: true });
  const node = findNode();
  const results = [];
  const beside = [];
  for (const stage of processesOf(plan)) {
    const running = start(node, stage, plan.minutes);
    if (stage.beside) beside.push(running);
    else results.push(await running);
    if (plan.stopsAtFailure && results.some(({ ok }) => !ok)) break;
  }
  results.unshift(...(await Promise.all(beside)));
  return results;
}

function summarize(results) {
  process.stdout.write("\n");
  for (const { name, ok, seconds } of results) {
    const mark = ok ? "ok    " : "FAILED";
    process.stdout.write(`${mark} ${name.padEnd(22)} ${seconds.toFixed(1).padStart(7)} s\n`);
  }
  for (const line of results.flatMap(({ failures }) => failures)) process.stdout.write(`${line}\n`);
  for (const file of results.flatMap(({ leftOut }) => leftOut))
    process.stdout.write(`LEFT OUT, the time was up: ${relative(projectDir, file)}\n`);
  process.stdout.write(`${closingLine(results.map(({ counts }) => counts))}\n`);
}

function parse() {
  try {
    return planOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    return undefined;
  }
}

try {
  const plan = parse();
  const results = plan === undefined ? [] : await run(plan);
  if (plan !== undefined) summarize(results);
  process.exitCode = plan === undefined ? 2 : results.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
