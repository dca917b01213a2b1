// `npm run check` and `npm test`: one entry for people and machines. Plain JavaScript: it installs what it needs.
//   --check            what needs no containers, stops at the first stage that fails
//   --only a,b         some stages only (names as printed)
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ensureDependencies, findNode, projectDir } from "../cli/bootstrap.mjs";
import { closingLine, testCounts } from "./tally.mjs";

const quick = process.argv.includes("--check");
const only = process.argv.indexOf("--only");
const selected = only < 0 ? undefined : (process.argv[only + 1] ?? "").split(",");

const inModules = (...path) => join(projectDir, "node_modules", ...path);
const reports = mkdtempSync(join(tmpdir(), "commerce-test-"));

const vitest = (...projects) => {
  const name = projects.join(", ");
  const report = join(reports, `${projects[0]}.json`);
  const selection = projects.flatMap((project) => ["--project", project]);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return { name, report, args: [inModules("vitest", "vitest.mjs"), "run", ...selection, ...reporters] };
};
const isSelected = (name) => selected === undefined || selected.includes(name);
const quickTests = ["unit", "graph", "contract"];
const known = [
  "format and lint",
  "types",
  "imports",
  "unused code",
  ...quickTests,
  ...(quick ? [] : ["docker and images", "pulumi", "live"]),
];

function stages() {
  const cache = join(projectDir, ".cache");
  mkdirSync(cache, { recursive: true });
  const compile = ["--incremental", "--tsBuildInfoFile", join(cache, "types.tsbuildinfo")];
  const all = {
    "format and lint": { args: [inModules("@biomejs", "biome", "bin", "biome"), "ci", "."] },
    // Busy on one core for as long as the tests next to it.
    types: { args: [inModules("typescript", "bin", "tsc"), "-p", projectDir, ...compile], beside: true },
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
    // Docker, the Pulumi CLI and images: a stage of its own, so that its time is not the tests'.
    "docker and images": { args: [join(projectDir, "test", "prepare-live.ts")] },
    pulumi: vitest("pulumi"),
    live: vitest("live"),
  };
  const tests = quickTests.filter(isSelected);
  const single = (name) => (known.includes(name) && isSelected(name) ? [{ name, ...all[name] }] : []);
  return [
    ...["types", "imports", "unused code", "format and lint"].flatMap(single),
    ...(tests.length > 0 ? [vitest(...tests)] : []),
    ...["docker and images", "pulumi", "live"].flatMap(single),
  ];
}

/** Starts a stage; its result comes once it has ended. The output of one beside others is shown in a piece. */
function start(node, stage) {
  const since = Date.now();
  const say = (text) => process.stdout.write(text);
  const title = `\n=== ${stage.name}\n`;
  if (!stage.beside) say(title);
  const PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  const out = stage.beside ? "pipe" : "inherit";
  const child = spawn(node, stage.args, {
    cwd: projectDir,
    env: { ...process.env, PATH },
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
      say(`${output}=== ${stage.name}: ${ok ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
      resolve({ name: stage.name, ok, seconds, counts: countsOf(stage, ok) });
    });
  });
}

function countsOf(stage, ok) {
  if (stage.report === undefined) return testCounts(undefined, ok);
  try {
    return testCounts(JSON.parse(readFileSync(stage.report, "utf8")), ok);
  } catch {
    return testCounts(undefined, ok); // it died before it could report
  }
}

try {
  const stray = selected?.find((name) => !known.includes(name));
  if (stray !== undefined) throw new Error(`there is no stage "${stray}"; there are: ${known.join(", ")}`);
  await ensureDependencies(process.stdout, { dev: true });
  const node = findNode();
  const results = [];
  const beside = [];
  for (const stage of stages()) {
    const running = start(node, stage);
    if (stage.beside) beside.push(running);
    else results.push(await running);
    if (quick && results.some(({ ok }) => !ok)) break;
  }
  results.unshift(...(await Promise.all(beside)));
  process.stdout.write("\n");
  for (const { name, ok, seconds } of results) {
    process.stdout.write(
      `${ok ? "ok    " : "FAILED"} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s\n`,
    );
  }
  process.stdout.write(`${closingLine(results.map(({ counts }) => counts))}\n`);
  process.exitCode = results.length > 0 && results.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
