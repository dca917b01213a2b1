// `npm run check` and `npm test`: one entry for people and machines. Plain JavaScript: it installs what it needs.
//   --check            what needs no containers, stops at the first stage that fails
//   --only a,b         some stages only (names as printed)
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ensureDependencies, findNode, projectDir } from "../cli/bootstrap.mjs";
import { closingLine, testCounts } from "./tally.mjs";

const quick = process.argv.includes("--check");
const only = process.argv.indexOf("--only");
const selected = only < 0 ? undefined : (process.argv[only + 1] ?? "").split(",");

const inModules = (...path) => join(projectDir, "node_modules", ...path);
const reports = mkdtempSync(join(tmpdir(), "commerce-test-"));

const vitest = (name) => ({
  name,
  report: join(reports, `${name}.json`),
  args: [
    inModules("vitest", "vitest.mjs"),
    ...["run", "--project", name, "--reporter=default", "--reporter=json"],
    `--outputFile.json=${join(reports, `${name}.json`)}`,
  ],
});
const stages = [
  { name: "format and lint", args: [inModules("@biomejs", "biome", "bin", "biome"), "ci", "."] },
  { name: "types", args: [inModules("typescript", "bin", "tsc"), "-p", projectDir] },
  ...["unit", "graph", "contract"].map(vitest),
];
if (!quick) {
  stages.push(vitest("engine"));
  // Live tests need Docker and images: a stage of its own, so that its time is not the tests'.
  stages.push(
    { name: "docker and images", args: [join(projectDir, "test", "prepare-live.ts")] },
    vitest("live"),
  );
}

function run(node, stage) {
  process.stdout.write(`\n=== ${stage.name}\n`);
  const since = Date.now();
  const PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  const { status, error } = spawnSync(node, stage.args, {
    cwd: projectDir,
    env: { ...process.env, PATH },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) process.stdout.write(`${error.message}\n`);
  const seconds = (Date.now() - since) / 1000;
  const ok = status === 0;
  process.stdout.write(`=== ${stage.name}: ${ok ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
  return { name: stage.name, ok, seconds, counts: countsOf(stage, ok) };
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
  const stray = selected?.find((name) => !stages.some((stage) => stage.name === name));
  if (stray !== undefined) {
    throw new Error(`there is no stage "${stray}"; there are: ${stages.map(({ name }) => name).join(", ")}`);
  }
  await ensureDependencies(process.stdout, { dev: true });
  const node = findNode();
  const results = [];
  for (const stage of stages) {
    if (selected !== undefined && !selected.includes(stage.name)) continue;
    const result = run(node, stage);
    results.push(result);
    if (!result.ok && quick) break;
  }
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
