/** The user's program: Pulumi's Node runner from the program's own dependencies, on this very Node. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { Child } from "./processes.ts";
import type { Project } from "./project.ts";

/** Exit code of the runner after it has reported the program's error itself. */
const ERROR_REPORTED = 32;

export interface ProgramOptions {
  project: Project;
  stack: string;
  config: Config;
  env: NodeJS.ProcessEnv;
  address: string;
  preview: boolean;
  parallel: number;
  signal: AbortSignal;
  onLine(stream: "stdout" | "stderr", line: string): void;
}

/**
 * Runs the program to its end.
 * @returns what went wrong and has not been reported yet; "" if it has been; undefined if all went well.
 */
export async function runProgram(options: ProgramOptions): Promise<string | undefined> {
  const { project, config, env, signal } = options;
  const child = new Child(
    {
      command: process.execPath,
      args: [
        ...project.nodeArgs,
        findRunner(project),
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
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { code, signal: killedBy } = await child.ended;
    if (code === 0 || code === ERROR_REPORTED) return code === 0 ? undefined : "";
    return `The program ended with ${killedBy ?? `exit code ${code}`}${child.lastWords}`;
  } finally {
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
