import { Backend, backendFolder } from "../../engine/backend.ts";
import { createDisplay } from "../../engine/display/index.ts";
import { PreviewJson } from "../../engine/display/json.ts";
import { destroy, type EngineOptions, outputs, preview, refresh, up } from "../../engine/index.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { Engine, EngineRequest, RunSummary } from "./engine.ts";

const verbs = { up, preview, refresh, destroy };

/** Runs the program on the engine that comes with the project. */
export function embeddedEngine(request: EngineRequest): Engine {
  const { projectDir, stack, signal, backend, diff, target, targetDependents, replace } = request;
  if (backend === "current") {
    throw new UserError(
      "--backend current: it is the Pulumi CLI that knows where you are logged in",
      "Leave it out, name a folder with --backend file://DIR, or add --engine pulumi.",
    );
  }
  const given = { ...request.env, ...(backend !== undefined && { PULUMI_BACKEND_URL: backend }) };
  const env = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const location = { projectDir, stack, env };

  const run = async (
    verb: keyof typeof verbs,
    { prepare, asJson }: { prepare?: () => Promise<void>; asJson?: boolean } = {},
  ): Promise<RunSummary> => {
    const display = asJson
      ? new PreviewJson(process.stdout)
      : createDisplay(request.quiet ? process.stderr : process.stdout, { diff });
    try {
      const options: EngineOptions = {
        ...{ ...location, display, signal, prepare, targetDependents },
        // What the program's resources hold lives outside the engine, and may have changed since: look first.
        refresh: verb === "up" || verb === "preview",
        target: target.length > 0 ? [...target] : undefined,
        replace: [...replace],
      };
      const summary = await expected(verbs[verb](options));
      if (signal.aborted) throw new Interrupted();
      if (summary.failures.length > 0) throw failed(verb, summary.failures.length);
      return { changes: summary.changes };
    } finally {
      display.close();
    }
  };

  return {
    name: "embedded",
    up: (prepare) => run("up", { prepare }),
    preview: (asJson) => run("preview", { asJson }),
    refresh: () => run("refresh"),
    destroy: () => run("destroy"),
    async outputs(showSecrets) {
      const folder = backendFolder(env.PULUMI_BACKEND_URL, projectDir);
      if (new Backend(folder, request.project, stack).load() === undefined) return undefined;
      return expected(outputs({ ...location, showSecrets }));
    },
    async command(words) {
      const { runCommand } = await import("../../engine/commands/index.ts");
      return runCommand(words, { cwd: projectDir, stack, env });
    },
  };
}

function failed(verb: string, failures: number): UserError {
  const what = failures === 1 ? "one failure" : `${failures} failures`;
  const hint =
    verb === "preview"
      ? "Nothing was changed."
      : "What was done is recorded; once the cause is mended, the same command goes on from there.";
  return new UserError(`${verb} ended with ${what}, named above`, hint);
}

/** The engine throws plain errors for what it foresees; anything else is a defect and keeps its stack trace. */
async function expected<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) throw new UserError(error.message);
    throw error;
  }
}
