import { ask, canAsk } from "../../engine/commands/ask.ts";
import type { Command, Context } from "../context.ts";
import { requireDocker } from "../docker.ts";
import { chooseEngine } from "../engines/choose.ts";
import { describeChanges, type Engine, isUnchanged } from "../engines/engine.ts";
import { Interrupted } from "../errors.ts";
import { duration } from "../format.ts";
import { rememberImages } from "../images.ts";
import { preflight } from "../preflight/run.ts";
import { prepareImages } from "../prepare-images.ts";
import { runProof } from "../proof/run.ts";
import { collectReport } from "../report/collect.ts";
import { renderReport } from "../report/render.ts";
import { revive } from "../revive.ts";

/** Stands the pipeline up, proves that it works, and says what runs where. */
export const up: Command = async (context) => {
  const { project, console, style, signal, options } = context;
  const since = Date.now();
  await preflight(context);
  const docker = await requireDocker(console);
  const images = await prepareImages(context, docker);
  const engine = chooseEngine(context, images);
  if (!(await agreed(context, engine))) {
    console.line("Nothing was changed.");
    return 1;
  }
  rememberImages(project.dir, project.stack, images);
  const summary = await engine.up(() => revive(docker, project, console));
  const changes = isUnchanged(summary) ? "no changes" : describeChanges(summary);
  console.line(`${style.green(style.marks.ok)} ${project.name} ${project.stack} is up: ${changes}`);
  if (signal.aborted) throw new Interrupted();

  console.line();
  const outputs = (await engine.outputs(true)) ?? {};
  const proof = options.proof ? await runProof(project, docker, outputs, console, style) : undefined;
  const report = await collectReport(project, docker, outputs);
  console.line();
  for (const line of renderReport(report, style)) console.line(line);
  console.line();
  const ok = proof?.ok !== false;
  console.line(`${ok ? "Ready" : "Up, but not proven"} after ${duration(Date.now() - since)}.`);
  if (options.json)
    context.print({ changes: summary.changes, images, engine: engine.name, proof, ...report });
  return ok ? 0 : 1;
};

/** `--yes`, or nobody there to ask: go. Else the changes are shown first, and asked about. */
async function agreed({ options, signal }: Context, engine: Engine): Promise<boolean> {
  if (options.yes || !canAsk()) return true;
  const planned = await engine.preview();
  if (engine.name === "embedded" && isUnchanged(planned)) return true;
  return ask("Make these changes?", signal);
}
