import { spawn } from "node:child_process";
import { Interrupted, UserError } from "../errors.ts";
import type { Console } from "../progress.ts";
import type { Engine, EngineRequest, Operation, RunSummary } from "./engine.ts";
import { pulumiEnvironment } from "./pulumi-environment.ts";
import { providePlugins } from "./pulumi-plugins.ts";

/** Drives the Pulumi CLI at `program`. Its own display is what the user sees. */
export function pulumiEngine(program: string, request: EngineRequest, console: Console): Engine {
  const env = pulumiEnvironment(request.projectDir, request.env);
  const run = (args: readonly string[], output: "show" | "capture") =>
    runPulumi(program, [...args, "--cwd", request.projectDir], env, output, request);
  const onStack = ["--stack", request.stack];

  const change = async (args: readonly string[]): Promise<RunSummary> => {
    Object.assign(env, await providePlugins(program, request.projectDir, env, console));
    await run(["stack", "select", "--create", request.stack, "--non-interactive"], "capture");
    const before = await lastUpdate();
    await run([...args, ...onStack], "show");
    const last = await lastUpdate();
    // A preview leaves no record.
    return { changes: last === undefined || last.startTime === before?.startTime ? {} : operations(last) };
  };
  const lastUpdate = async (): Promise<Update | undefined> => {
    const history = await run(["stack", "history", "--json", "--page-size", "1", ...onStack], "capture");
    return (JSON.parse(history || "[]") as Update[])[0];
  };

  return {
    name: "pulumi",
    async up(prepare) {
      await prepare();
      return change(["up", "--yes", "--refresh", "--skip-preview"]);
    },
    preview: () => change(["preview", "--refresh"]),
    refresh: () => change(["refresh", "--yes", "--skip-preview"]),
    destroy: () => change(["destroy", "--yes", "--skip-preview"]),
    async outputs(showSecrets) {
      const all = await run(["stack", "ls", "--json"], "capture");
      const known = (JSON.parse(all) as { name: string }[]).some(
        ({ name }) => name.split("/").at(-1) === request.stack,
      );
      if (!known) return undefined;
      const flags = showSecrets ? ["--show-secrets"] : [];
      return JSON.parse(await run(["stack", "output", "--json", ...flags, ...onStack], "capture"));
    },
  };
}

interface Update {
  readonly startTime: string;
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** Pulumi's operations by the kinds that are told apart here. */
function operations({ resourceChanges = {} }: Update): RunSummary["changes"] {
  const kinds: readonly Operation[] = ["create", "update", "replace", "delete", "same"];
  return Object.fromEntries(kinds.map((kind) => [kind, resourceChanges[kind] ?? 0]));
}

function runPulumi(
  program: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  output: "show" | "capture",
  { quiet, signal }: EngineRequest,
): Promise<string> {
  const shown = quiet ? process.stderr : "inherit";
  const child = spawn(program, args, {
    env,
    stdio: output === "show" ? ["inherit", shown, "inherit"] : ["ignore", "pipe", "pipe"],
  });
  // A terminal's Ctrl-C reaches the child by itself, and a second one would make it drop everything.
  const interrupt = () => process.stdin.isTTY || child.kill("SIGINT");
  signal.addEventListener("abort", interrupt);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new UserError(`${program} cannot be started: ${error.message}`)));
    child.on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      if (code === 0) resolve(stdout);
      else if (signal.aborted) reject(new Interrupted());
      else reject(new UserError(`pulumi ${args[0]} failed (exit code ${code})`, stderr.trim() || undefined));
    });
  });
}
