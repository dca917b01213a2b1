/**
 * Checks the format of flink-jars, compiles and tests it: with this machine's JDK and Maven if there are any, else in a
 * container of the image `maven`. With --if-changed, as in `npm run check`, it does so only with this machine's, without
 * downloads, and when something has changed since the last good run.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { projectDir } from "../cli/bootstrap.mjs";
import { folderDigest } from "../cli/setup/folder-digest.ts";
import { testImage } from "./live/plugins/support.ts";
import { docker } from "./live/support/docker.ts";
import { testName } from "./live/support/leftovers.ts";
import { exportCorpus } from "./oracle/export-corpus.ts";

const JARS = join(projectDir, "flink-jars");
const LAST_GOOD = join(projectDir, ".cache", "java-verified");
const CONTAINER = testName("java");
const VERIFY = ["--batch-mode", "--no-transfer-progress", "verify"];
const OLDEST_JAVA = 17;

interface Result {
  ok: boolean;
  output: string;
}

function run(command: string, args: string[]): Result {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: JARS,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32" && command === "mvn",
  });
  const output = stripVTControlCharacters(`${stdout ?? ""}${stderr ?? ""}`);
  return { ok: error === undefined && status === 0, output };
}

function hasMaven(): boolean {
  const { ok, output } = run("mvn", ["--version"]);
  const [, version = "0"] = /^Java version: (\d+)/m.exec(output) ?? [];
  return ok && Number(version) >= OLDEST_JAVA;
}

/** The number of tests that passed, or what went wrong. */
function summary({ ok, output }: Result): string {
  if (!ok) return output.replace(/^\[INFO\].*\n/gm, "");
  // A module's total has no time; those of its test classes do.
  const totals = [...output.matchAll(/Tests run: (\d+), Failures: 0, Errors: 0, Skipped: 0$/gm)];
  return `${totals.reduce((sum, [, count]) => sum + Number(count), 0)} tests passed.\n`;
}

/** Runs Maven and says how it went. */
function maven(command: string, args: string[]): Result {
  const result = run(command, args);
  return { ok: result.ok, output: summary(result) };
}

async function inContainer(): Promise<Result> {
  const remove = () => docker("rm", "--force", "--volumes", CONTAINER).catch(() => undefined);
  await remove();
  try {
    const create = ["create", "--name", CONTAINER, "--workdir", "/flink-jars", testImage("maven")];
    await docker(...create, "mvn", ...VERIFY);
    await docker("cp", JARS, `${CONTAINER}:/`);
    return maven("docker", ["start", "--attach", CONTAINER]);
  } finally {
    await remove();
  }
}

function inputsDigest(): string {
  const isBuilt = (path: string) => /^(?:[^/]+\/)?target\//.test(path);
  const folders = [folderDigest(JARS, isBuilt), folderDigest(join(projectDir, "test", "oracle"))];
  return createHash("sha256").update(folders.join()).digest("hex");
}

function check(digest: string): Result {
  if (existsSync(LAST_GOOD) && readFileSync(LAST_GOOD, "utf8") === digest)
    return { ok: true, output: "Nothing has changed since the last good run.\n" };
  if (!hasMaven())
    return { ok: true, output: `Skipped: no JDK ${OLDEST_JAVA} with Maven. \`npm test\` runs it.\n` };
  exportCorpus();
  const result = maven("mvn", ["--offline", ...VERIFY]);
  if (result.ok) writeFileSync(LAST_GOOD, digest);
  const needsDownloads = !result.ok && /in offline mode/.test(result.output);
  return needsDownloads
    ? { ok: true, output: "Skipped: `mvn -f flink-jars verify` has to download its plugins once.\n" }
    : result;
}

async function verify(digest: string): Promise<Result> {
  exportCorpus();
  if (!hasMaven()) return inContainer();
  const result = maven("mvn", VERIFY);
  if (result.ok) writeFileSync(LAST_GOOD, digest);
  return result;
}

const digest = inputsDigest();
const { ok, output } = process.argv.includes("--if-changed") ? check(digest) : await verify(digest);
process.stdout.write(output);
process.exitCode = ok ? 0 : 1;
