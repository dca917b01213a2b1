import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import type { ImageSource } from "../images.ts";
import { embeddedEngine } from "./embedded.ts";
import type { Engine } from "./engine.ts";
import { findProgram } from "./find-program.ts";
import { pulumiEngine } from "./pulumi.ts";

/** `auto`: the Pulumi CLI where there is one, else the embedded engine. */
export function chooseEngine(context: Context, images?: ImageSource): Engine {
  const { options, project, signal, console } = context;
  const { backend, diff, target, targetDependents, replace } = options;
  const request = {
    ...{ backend, diff, target, targetDependents, replace },
    projectDir: project.dir,
    project: project.name,
    stack: project.stack,
    env: images === undefined ? process.env : { ...process.env, COMMERCE_IMAGES: images },
    quiet: options.json,
    signal,
  };
  const pulumi = options.engine === "embedded" ? undefined : findProgram("pulumi", process.env);
  if (pulumi !== undefined) return pulumiEngine(pulumi, request, console);
  if (options.engine === "pulumi") {
    throw new UserError(
      "--engine pulumi: there is no pulumi on the PATH",
      "Install it (https://www.pulumi.com/docs/install), or leave the flag out for the embedded engine.",
    );
  }
  return embeddedEngine(request);
}
