/** Runs the Pulumi CLI as a user does, with the same binary that `commerce` would use. */
import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { promisify } from "node:util";
import { findCli } from "../../../cli/pulumi/find-cli.ts";

const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly text: string;
}

export async function byHand(
  words: readonly string[],
  dir: string,
  stack: string,
  variables: Record<string, string>,
): Promise<Ended> {
  const silent = {
    line: () => {},
    step: () => ({ update() {}, done() {}, fail() {} }),
    phase: () => () => {},
  };
  const cli = await findCli(process.env, silent);
  if (cli === undefined) throw new Error("there is no Pulumi CLI: the stage `docker and images` obtains it");
  const PATH = [dirname(cli.program), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH, PULUMI_SKIP_UPDATE_CHECK: "true", ...variables };
  const all = [...words, "--stack", stack, "--cwd", dir, "--non-interactive"];
  try {
    const { stdout, stderr } = await run(cli.program, all, { env, maxBuffer: 2 ** 26 });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}
