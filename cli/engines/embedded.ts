import { Backend, backendFolder } from "../../engine/backend.ts";
import { createDisplay } from "../../engine/display/index.ts";
import { destroy, outputs, preview, refresh, up } from "../../engine/index.ts";
import { Interrupted, UserError } from "../errors.ts";
import type { Engine, EngineRequest, RunSummary } from "./engine.ts";

const verbs = { up, preview, refresh, destroy };

/** Runs the program on the engine that comes with the project. */
export function embeddedEngine(request: EngineRequest): Engine {
  const { projectDir, stack, signal } = request;
  const env = Object.fromEntries(
    Object.entries(request.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const location = { projectDir, stack, env };

  const run = async (verb: keyof typeof verbs, prepare?: () => Promise<void>): Promise<RunSummary> => {
    const display = createDisplay(request.quiet ? process.stderr : process.stdout);
    try {
      // What the program's resources hold lives outside the engine, and may have changed since: look first.
      const look = verb === "up" || verb === "preview";
      const summary = await expected(verbs[verb]({ ...location, display, signal, refresh: look, prepare }));
      if (signal.aborted) throw new Interrupted();
      if (summary.failures.length > 0) throw failed(verb, summary.failures.length);
      return { changes: summary.changes };
    } finally {
      display.close();
    }
  };

  return {
    name: "embedded",
    up: (prepare) => run("up", prepare),
    preview: () => run("preview"),
    refresh: () => run("refresh"),
    destroy: () => run("destroy"),
    async outputs(showSecrets) {
      const folder = backendFolder(env.PULUMI_BACKEND_URL, projectDir);
      if (new Backend(folder, request.project, stack).load() === undefined) return undefined;
      return expected(outputs({ ...location, showSecrets }));
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
