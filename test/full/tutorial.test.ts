/** Runs docs/TUTORIAL.md: each command succeeds, and prints what the page shows. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { stackPorts } from "../live/support/ports.ts";
import { findProgram } from "../live/support/program.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { root } from "../unit/docs/support/documents.ts";
import { firstMissing, type Step, stepsOf } from "./support/walkthrough.ts";

const STACK = "live-tutorial";
const CONFIG = { eventsPerSecond: "1", checkpointInterval: 2, healthSeconds: 3, ...stackPorts() };
const stack = useStack(STACK, CONFIG);

/** The page is about the stack dev. */
const steps = stepsOf(
  readFileSync(join(root, "docs/TUTORIAL.md"), "utf8").replaceAll(
    /(commerce-pipeline[- ])dev\b/g,
    `$1${STACK}`,
  ),
);

const STEP_MS = 180_000;
/** A row is there a second after its event, and a job some seconds after its TaskManager. */
const LOOK_MS = 60_000;

/** The page says to press Ctrl-C. */
const endsByInterrupt = ({ commands }: Step) => /events tail|--watch/.test(commands);

/** May be run again until it shows what is expected. */
const onlyLooks = ({ commands }: Step) =>
  commands
    .trim()
    .split("\n")
    .every((line) => /^(id=\$\()?(npx commerce (sql|trace)|npm run (status|doctor))\b/.test(line));

/** @param isEnough ends the commands by Ctrl-C */
function run(commands: string, isEnough: (text: string) => boolean): Promise<{ code: number; text: string }> {
  const { dir } = stack.workspace;
  const child = spawn("sh", ["-e", "-c", commands], {
    cwd: dir,
    env: { ...process.env, PULUMI_STACK: STACK, npm_config_cache: join(dir, ".npm") },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const signal = (name: NodeJS.Signals) => process.kill(-(child.pid as number), name);
  let text = "";
  let isInterrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (isInterrupted || !isEnough(text)) return;
      isInterrupted = true;
      signal("SIGINT");
    });
  }
  const killer = setTimeout(() => signal("SIGKILL"), STEP_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(killer);
      resolve({ code: isInterrupted ? 0 : (code ?? -1), text });
    });
  });
}

/** A command that shows a cross has failed, as expected. */
async function follow(step: Step): Promise<void> {
  const { commands, shown } = step;
  const { code, text } = await run(
    commands,
    (output) => endsByInterrupt(step) && firstMissing(shown, output) === undefined,
  );
  const said = `\n$ ${commands}${text}`;
  const isFailure = shown.some((line) => line.startsWith("✗"));
  if ((code !== 0) !== isFailure) throw new Error(`the exit code is ${code}${said}`);
  const missing = firstMissing(shown, text);
  if (missing !== undefined) throw new Error(`the output lacks "${missing}"${said}`);
}

describe("docs/TUTORIAL.md", () => {
  // It undoes its edits with git, which the workspace is not a clone of.
  beforeAll(async () => {
    await findProgram("git");
    const git = (...words: string[]) => execFileSync("git", words, { cwd: stack.workspace.dir });
    git("init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "Clone");
  });

  let isBroken = false;
  it.for(steps)("$section: $title", async (step, { skip }) => {
    skip(isBroken, "an earlier step has failed");
    isBroken = true;
    if (onlyLooks(step) && !endsByInterrupt(step)) {
      await eventually(step.commands, () => follow(step).then(() => true), LOOK_MS, 1_000);
    } else await follow(step);
    isBroken = false;
  });

  it("leaves the project as it was", () => {
    const changed = execFileSync("git", ["diff", "--stat", "sql"], { cwd: stack.workspace.dir });
    expect(String(changed)).toBe("");
  });
});
