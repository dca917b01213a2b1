/** The user's program: Pulumi's Node runner from the program's own dependencies, on this very Node. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { Child } from "./processes.ts";
import type { Project } from "./project.ts";

/** Exit code of the runner after it has reported the program's error itself. */
const ERROR_REPORTED = 32;
/** A killed engine cannot stop the program: it sees that it has been orphaned. */
const EXIT_WITH_PARENT =
  "data:text/javascript,const p=process.ppid;setInterval(()=>p===process.ppid||process.exit(1),1000).unref()";
const END_SIGNAL = "signalAndWaitForShutdown";
const STILL_RUNNING_MS = 10_000;

export interface ProgramOptions {
  project: Project;
  stack: string;
  config: Config;
  env: NodeJS.ProcessEnv;
  address: string;
  preview: boolean;
  parallel: number;
  signal: AbortSignal;
  /** Whether the program has said that it has declared all. */
  hasDeclaredAll(): boolean;
  /** Told every 10 s: a program may run for as long as it likes. */
  onStillRunning(seconds: number): void;
  onLine(stream: "stdout" | "stderr", line: string): void;
}

/**
 * Runs the program to its end.
 * @returns what went wrong and has not been reported yet; "" if it has been; undefined if all went well.
 */
export async function runProgram(options: ProgramOptions): Promise<string | undefined> {
  const { project, config, env, signal } = options;
  const runner = findRunner(project);
  const child = new Child(
    {
      command: process.execPath,
      args: [
        `--import=${EXIT_WITH_PARENT}`,
        ...project.nodeArgs,
        runner,
        `--monitor=${options.address}`,
        `--engine=${options.address}`,
        "--organization=organization",
        `--project=${project.name}`,
        `--stack=${options.stack}`,
        `--pwd=${project.programDir}`,
        `--root-directory=${project.dir}`,
        `--parallel=${options.parallel}`,
        ...(options.preview ? ["--dry-run"] : []),
        project.entry,
      ],
      cwd: project.programDir,
      env: {
        // Types are checked before, if at all: ts-node would do it on every run, for seconds.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        ...env,
        PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
        ...(project.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
        PULUMI_CONFIG: JSON.stringify(
          Object.fromEntries([...config].map(([key, { value }]) => [key, value])),
        ),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(
          [...config].filter(([, { secret }]) => secret).map(([key]) => key),
        ),
      },
    },
    options.onLine,
  );
  const stop = () => void child.stop();
  const begin = Date.now();
  const stillRunning = () => options.onStillRunning(Math.round((Date.now() - begin) / 1000));
  const clock = setInterval(stillRunning, STILL_RUNNING_MS);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { code, signal: killedBy } = await child.ended;
    if (code === ERROR_REPORTED) return "";
    // Runners of older SDKs do not say it.
    const isCutShort = !options.hasDeclaredAll() && readFileSync(runner, "utf8").includes(END_SIGNAL);
    if (code === 0 && !isCutShort) return undefined;
    if (code === 0)
      return `The program ended (process.exit?) before it had declared everything: nothing is deleted`;
    return `The program ended with ${killedBy ?? `exit code ${code}`}${child.lastWords}`;
  } finally {
    clearInterval(clock);
    signal.removeEventListener("abort", stop);
    if (!child.hasEnded) await child.stop();
  }
}

function findRunner(project: Project): string {
  try {
    return createRequire(join(project.programDir, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new Error(
      `@pulumi/pulumi is not installed for the program in ${project.programDir}: run npm install there`,
    );
  }
}
