/** `state`: what the stack remembers, and how to put it right by hand. Nothing outside the state is touched. */
import { unwrapSecrets } from "../../plugins/sdk/values.ts";
import { takeLock } from "../lock.ts";
import { mask } from "../redaction.ts";
import { Stack } from "../stack.ts";
import type { ResourceState } from "../state.ts";
import { findResource, without } from "../state-edits.ts";
import { ask, consent } from "./ask.ts";
import type { Call, Commands } from "./index.ts";
import { printJson, printTable } from "./print.ts";

export default {
  async "state list"({ stack, flags }) {
    const rows = (await resourcesOf(stack)).map(({ urn, type, id = "" }) => ({ urn, type, id }));
    return flags.json
      ? printJson(rows)
      : printTable([["URN", "TYPE", "ID"], ...rows.map((row) => Object.values(row))]);
  },

  async "state show"({ stack, words, flags }) {
    const found = findResource(await resourcesOf(stack), words[0] ?? "");
    return printJson(flags["show-secrets"] ? unwrapSecrets(found) : mask(found));
  },

  "state delete": (call) =>
    edit(call, "deleted", (resources) => {
      const { force, "target-dependents": dependents } = call.flags;
      return without(resources, findResource(resources, call.words[0] ?? ""), { force, dependents });
    }),

  "state unprotect": (call) =>
    edit(call, "unprotected", (resources) => {
      const { words, flags } = call;
      if ((words.length === 0) !== (flags.all ?? false))
        throw new Error("Give the URNs of resources, or --all");
      const meant = new Set(flags.all ? resources : words.map((word) => findResource(resources, word)));
      return resources.map((state) =>
        meant.has(state) && state.protect ? { ...state, protect: undefined } : state,
      );
    }),
} satisfies Commands;

async function resourcesOf(stack: Call["stack"]): Promise<ResourceState[]> {
  return (await new Stack(stack).state()).contents.resources;
}

async function edit(
  call: Call,
  done: string,
  change: (resources: ResourceState[]) => ResourceState[],
): Promise<number> {
  const stack = new Stack(call.stack);
  const unlock = takeLock(stack.backend.locks, (note) => process.stderr.write(`warning: ${note}\n`));
  try {
    const { contents, save } = await stack.state();
    const resources = change(contents.resources);
    const changed = contents.resources.filter((state) => !resources.includes(state));
    if (consent(call) === "ask" && !(await ask("This edits the stack's state directly. Go ahead?"))) return 1;
    await save({ ...contents, resources });
    process.stdout.write(
      `Resources ${done}: ${changed.length}\n${changed.map(({ urn }) => `  ${urn}\n`).join("")}`,
    );
    return 0;
  } finally {
    unlock();
  }
}
