import { checkConfig } from "../config-words.ts";
import { requireConsent } from "../consent.ts";
import { UsageMeter } from "../container-usage.ts";
import type { Command, Context } from "../context.ts";
import { findDocker, requireDocker } from "../docker.ts";
import { Interrupted } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { duration } from "../format.ts";
import { rememberImages } from "../images.ts";
import { replaceForeign, requireOwnStack } from "../owner.ts";
import { preflight } from "../preflight/run.ts";
import { prepare } from "../prepare.ts";
import { PulumiStack } from "../pulumi/stack.ts";
import { describeChanges, isUnchanged } from "../pulumi/summary.ts";
import { renderReport } from "../report/render.ts";
import { restartContainers } from "../restart.ts";

/** Brings the pipeline up, verifies it end to end, and reports what runs where. */
export const up: Command = async (context) => {
  const { project, console, style, signal, options } = context;
  const since = Date.now();
  requireConsent(context);
  checkConfig(project);
  const running = await findDocker();
  const previous = running && (await requireOwnStack(context, running));
  if (previous !== undefined) console.line(`Taking over the data of the checkout in ${previous}`);
  await preflight(context);
  const docker = await requireDocker(console);
  const { images, cli } = await prepare(context, docker);
  const stack = new PulumiStack(context, cli, images);
  await replaceForeign(context, docker);
  rememberImages(project.dir, project.stack, images);
  // Loaded while the CLI is working.
  const loaded = Promise.all([import("../report/collect.ts"), import("../proof/run.ts")]);
  loaded.catch(() => undefined); // reported where it is awaited
  let meter: UsageMeter | undefined;
  const { changes, outputs } = await stack.up(!options.yes, async () => {
    await restartContainers(docker, project, console);
    meter = new UsageMeter(docker, project);
  });
  const summary = isUnchanged(changes) ? "no changes" : describeChanges(changes);
  console.line(`${style.green(style.marks.ok)} ${project.name} ${project.stack} is up: ${summary}`);
  if (signal.aborted) throw new Interrupted();

  console.line();
  // Docker may take a second for a sample: where nothing was changed, the first one was taken during the run.
  if (meter === undefined || !isUnchanged(changes)) meter = new UsageMeter(docker, project);
  const usage = meter.measure();
  const isPaused = outputs.desiredState === "paused";
  const [{ collectReport }, { runProof }] = await loaded;
  const proof = mayVerify(context, isPaused) ? await runProof(context, docker, outputs) : undefined;
  const report = await collectReport(project, docker, outputs, { usage });
  console.line();
  for (const line of renderReport(report, context)) console.line(line);
  console.line();
  // An account that does not close fails the proof, which itself followed only two events.
  const closes = proof === undefined || (report.account?.closes ?? true);
  const isVerified = proof?.ok !== false && closes;
  const end = isPaused ? "Paused" : isVerified ? "Ready" : "Up, but not verified";
  console.line(`${end} after ${duration(Date.now() - since)}.`);
  if (options.json) context.print({ changes, images, proof, ...report });
  return isVerified ? exitCodes.ok : exitCodes.failed;
};

function mayVerify({ options, console, hint }: Context, isPaused: boolean): boolean {
  if (isPaused) {
    console.line(`No proof: the job is paused. \`${hint("resume")}\` starts it again.`);
    return false;
  }
  if (!options.proof) return false;
  if (options.target.length === 0) return true;
  console.line("No proof: with --target, the rest of the stack may be missing.");
  return false;
}
