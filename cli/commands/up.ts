import { requireConsent } from "../consent.ts";
import { type MemoryUse, measureMemory } from "../containers.ts";
import type { Command } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { Interrupted } from "../errors.ts";
import { duration } from "../format.ts";
import { rememberImages } from "../images.ts";
import { preflight } from "../preflight/run.ts";
import { prepare } from "../prepare.ts";
import { PulumiStack } from "../pulumi/stack.ts";
import { describeChanges, isUnchanged } from "../pulumi/summary.ts";
import { renderReport } from "../report/render.ts";
import { revive } from "../revive.ts";

/** Stands the pipeline up, verifies it end to end, and says what runs where. */
export const up: Command = async (context) => {
  const { project, console, style, signal, options } = context;
  const since = Date.now();
  requireConsent(context);
  await preflight(context);
  const docker = await requireDocker(console);
  const { images, cli } = await prepare(context, docker);
  const stack = new PulumiStack(context, cli, images);
  rememberImages(project.dir, project.stack, images);
  // Loaded while the CLI is at work.
  const loaded = Promise.all([import("../report/collect.ts"), import("../proof/run.ts")]);
  let memory: Promise<MemoryUse> | undefined;
  const { changes, outputs } = await stack.up(!options.yes, async () => {
    await revive(docker, project, console);
    memory = measureMemory(docker, project);
  });
  const summary = isUnchanged(changes) ? "no changes" : describeChanges(changes);
  console.line(`${style.green(style.marks.ok)} ${project.name} ${project.stack} is up: ${summary}`);
  if (signal.aborted) throw new Interrupted();

  console.line();
  // Docker takes a second to measure it: what was measured beside a run that changed nothing is good enough.
  if (!isUnchanged(changes)) memory = measureMemory(docker, project);
  const partial = options.target.length > 0;
  const paused = outputs.desiredState === "paused";
  if (paused) console.line("No proof: the job is paused. `npm run resume` lets it go on.");
  else if (partial && options.proof) console.line("No proof: with --target, the rest may not be there.");
  const [{ collectReport }, { runProof }] = await loaded;
  const proof =
    options.proof && !partial && !paused
      ? await runProof(project, docker, outputs, console, style)
      : undefined;
  const report = await collectReport(project, docker, outputs, memory);
  console.line();
  for (const line of renderReport(report, style)) console.line(line);
  console.line();
  const ok = proof?.ok !== false;
  const end = paused ? "Paused" : ok ? "Ready" : "Up, but not proven";
  console.line(`${end} after ${duration(Date.now() - since)}.`);
  if (options.json) context.print({ changes, images, proof, ...report });
  return ok ? 0 : 1;
};
