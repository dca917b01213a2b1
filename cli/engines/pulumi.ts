import { UserError } from "../errors.ts";
import type { Console } from "../progress.ts";
import type { Engine, EngineRequest, Operation, RunSummary } from "./engine.ts";
import { pulumiEnvironment } from "./pulumi-environment.ts";
import { providePlugins } from "./pulumi-plugins.ts";
import { pulumiArguments, shownUrn } from "./pulumi-words.ts";
import { endOfPulumi, type Output, runPulumi } from "./run-pulumi.ts";

/** Drives the Pulumi CLI at `program`. Its own display is what the user sees. */
export function pulumiEngine(program: string, request: EngineRequest, console: Console): Engine {
  const { projectDir, stack, signal, quiet, diff, target, targetDependents, replace } = request;
  const env = pulumiEnvironment(projectDir, request.env, request.backend);
  const pulumi = { program, env, signal };
  const inProject = ["--cwd", projectDir];
  const onStack = ["--stack", stack, ...inProject];
  const shown: Output = quiet ? "show on stderr" : "show";
  const selection = [
    ...(diff ? ["--diff"] : []),
    ...target.flatMap((urn) => ["--target", urn]),
    ...(targetDependents ? ["--target-dependents"] : []),
    ...replace.flatMap((urn) => ["--replace", urn]),
  ];

  const providePluginsFor = async () => {
    Object.assign(env, await providePlugins(program, projectDir, env, console));
  };
  const selectStack = () =>
    runPulumi(pulumi, ["stack", "select", "--create", stack, "--non-interactive", ...inProject], "capture");
  const change = async (args: readonly string[], output = shown): Promise<RunSummary> => {
    await providePluginsFor();
    await selectStack();
    const before = await lastUpdate();
    await runPulumi(pulumi, [...args, ...selection, ...onStack], output);
    const last = await lastUpdate();
    // A preview leaves no record.
    return { changes: last === undefined || last.startTime === before?.startTime ? {} : operations(last) };
  };
  const lastUpdate = async (): Promise<Update | undefined> => {
    const args = ["stack", "history", "--json", "--page-size", "1", ...onStack];
    const history = await runPulumi(pulumi, args, "capture");
    return (JSON.parse(history || "[]") as Update[])[0];
  };
  const show = async (urn: string, flags: readonly string[]): Promise<number> => {
    const secrets = flags.includes("--show-secrets") ? ["--show-secrets"] : [];
    const text = await runPulumi(pulumi, ["stack", "export", ...secrets, ...onStack], "capture");
    const { deployment } = JSON.parse(text) as { deployment: { resources?: { urn: string }[] } };
    const found = deployment.resources?.find((resource) => resource.urn === urn);
    if (found === undefined) {
      throw new UserError(`there is no resource ${urn} in stack ${stack}`, "`state list` names them.");
    }
    process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    return 0;
  };

  return {
    name: "pulumi",
    async up(prepare) {
      await prepare();
      return change(["up", "--yes", "--refresh", "--skip-preview"]);
    },
    preview: (asJson) =>
      asJson ? change(["preview", "--refresh", "--json"], "show") : change(["preview", "--refresh"]),
    refresh: () => change(["refresh", "--yes", "--skip-preview"]),
    destroy: () => change(["destroy", "--yes", "--skip-preview"]),
    async outputs(showSecrets) {
      const all = await runPulumi(pulumi, ["stack", "ls", "--json", ...inProject], "capture");
      const known = (JSON.parse(all) as { name: string }[]).some(
        ({ name }) => name.split("/").at(-1) === stack,
      );
      if (!known) return undefined;
      const flags = showSecrets ? ["--show-secrets"] : [];
      const text = await runPulumi(pulumi, ["stack", "output", "--json", ...flags, ...onStack], "capture");
      return JSON.parse(text);
    },
    async command(words) {
      const urn = shownUrn(words);
      if (urn !== undefined) return show(urn, words);
      if (words[0] === "import") await providePluginsFor();
      // A stack that has never been up has configuration all the same.
      if (words[0] === "config" || words[0] === "import") await selectStack();
      const { code } = await endOfPulumi(pulumi, pulumiArguments(words, onStack), "show");
      return code ?? 1;
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
