import { consent, requireConsent } from "../consent.ts";
import { measureMemory } from "../containers.ts";
import type { Command, Context } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { describeChanges, type Engine, isUnchanged } from "../engines/engine.ts";
import { Interrupted } from "../errors.ts";
import { duration } from "../format.ts";
import { rememberImages } from "../images.ts";
import { preflight } from "../preflight/run.ts";
import { prepareImages } from "../prepare-images.ts";
import { renderReport } from "../report/render.ts";
import { revive } from "../revive.ts";

/** Stands the pipeline up, proves that it works, and says what runs where. */
export const up: Command = async (context) => {
  const { project, console, style, signal, options } = context;
  const since = Date.now();
  requireConsent(context);
  await preflight(context);
  const docker = await requireDocker(console);
  const images = await prepareImages(context, docker);
  const engine = chooseEngine(context, images);
  if (!(await agreed(context, engine))) return 1;
  rememberImages(project.dir, project.stack, images);
  const summary = await engine.up(() => revive(docker, project, console));
  const changes = isUnchanged(summary) ? "no changes" : describeChanges(summary);
  console.line(`${style.green(style.marks.ok)} ${project.name} ${project.stack} is up: ${changes}`);
  if (signal.aborted) throw new Interrupted();

  console.line();
  const outputs = (await engine.outputs(true)) ?? {};
  // Not needed before, and the engine's memory is the smaller for it.
  const [{ collectReport }, { runProof }] = await Promise.all([
    import("../report/collect.ts"),
    import("../proof/run.ts"),
  ]);
  // Docker takes a second to tell it.
  const memory = measureMemory(docker, project);
  const partial = options.target.length > 0;
  const paused = outputs.desiredState === "paused";
  if (paused) console.line("No proof: the job is paused. `npm run resume` lets it go on.");
  else if (partial && options.proof) console.line("No proof: with --target, the rest may not be there.");
  const proof =
    options.proof && !partial && !paused
      ? await runProof(project, docker, outputs, console, style)
      : undefined;
  const report = await collectReport(project, docker, outputs, memory);
  console.line();
  for (const line of renderReport(report, style)) console.line(line);
  console.line();
  const ok = proof?.ok !== false;
  const state = paused ? "Paused" : ok ? "Ready" : "Up, but not proven";
  console.line(`${state} after ${duration(Date.now() - since)}.`);
  if (options.json)
    context.print({ changes: summary.changes, images, engine: engine.name, proof, ...report });
  return ok ? 0 : 1;
};

/** Shows the changes before it asks whether they shall be made; where there are none there is nothing to ask. */
function agreed(context: Context, engine: Engine): Promise<boolean> {
  return consent(context, "Make these changes?", async () => {
    const planned = await engine.preview();
    // The Pulumi CLI does not say what it has shown.
    return engine.name === "pulumi" || !isUnchanged(planned);
  });
}
