/** Reads every resource from its provider, so that the state says what is really there. */
import { deepEqual, type PropertyMap, secret } from "../plugins/sdk/values.ts";
import { existing, type Operations, withSecrets } from "./operations.ts";
import { dependencies } from "./planner.ts";
import { compare, markSecretsLike } from "./property-path.ts";
import { reasonOf } from "./provider-client.ts";
import type { ResourceState } from "./state.ts";
import type { Targets } from "./targets.ts";
import { isProviderType } from "./urn.ts";

/** `unread`: it could not be looked at, as something that it depends on is gone or does not answer. */
type Finding = "there" | "gone" | "unread";

/**
 * Independent resources at the same time, each after what it depends on. Failures are reported by the steps.
 * @param ahead a deployment follows, which makes what is missing: a role whose server is gone cannot be asked
 *   for now, and is no failure. `refreshLate` reads it when its turn comes.
 * @returns the URNs that are still to be read
 */
export async function refresh(
  operations: Operations,
  ahead: boolean,
  targets: Targets,
): Promise<ReadonlySet<string>> {
  const all = operations.snapshot.old.filter((state) => targets.covers(state));
  const done = new Map<string, Promise<void>>();
  const findings = new Map<string, Finding>();
  for (const state of all) {
    const needed = dependencies(state);
    const isWaiting = () => ahead && needed.some((urn) => (findings.get(urn) ?? "there") !== "there");
    const current = Promise.all(needed.map((urn) => done.get(urn))).then(async () => {
      findings.set(state.urn, isWaiting() ? "unread" : await refreshOne(operations, state, ahead));
    });
    // A replaced resource and its successor have the same name.
    done.set(
      state.urn,
      Promise.all([done.get(state.urn), current]).then(() => undefined),
    );
  }
  const results = await Promise.allSettled(done.values());
  await operations.snapshot.commit();
  const cancelled = results.find((result) => result.status === "rejected");
  if (cancelled) throw cancelled.reason;
  return new Set([...findings].filter(([, finding]) => finding === "unread").map(([urn]) => urn));
}

/** Reads a resource in the middle of a deployment, just before its turn. */
export async function refreshLate(operations: Operations, state: ResourceState): Promise<void> {
  if (isObservable(state)) operations.snapshot.amend(state, await observe(operations, state));
}

const isObservable = (state: ResourceState) =>
  state.custom && !isProviderType(state.type) && !state.pendingReplacement && Boolean(state.id);

async function refreshOne(operations: Operations, state: ResourceState, ahead: boolean): Promise<Finding> {
  const { snapshot, steps } = operations;
  if (!isObservable(state)) {
    steps.note(operations.step("same", state, state));
    return "there";
  }
  const step = operations.step("refresh", state, state);
  return steps.run(step, async () => {
    const found = await observe(operations, state).catch((error) => {
      if (ahead) return error as Error;
      throw error;
    });
    if (found instanceof Error) return "unread";
    if (found) {
      step.diff = compare({ ...state.inputs, ...state.outputs }, { ...found.inputs, ...found.outputs });
      step.new = found;
    } else {
      step.op = "discard";
    }
    snapshot.amend(state, found);
    return found ? "there" : "gone";
  });
}

/** The resource as its provider sees it now; undefined when it is gone. */
async function observe(operations: Operations, state: ResourceState): Promise<ResourceState | undefined> {
  const provider = await operations.providerOf(state);
  const options = { preview: false, timeoutSeconds: state.customTimeouts?.read };
  const found = await provider?.read(existing(state), options).catch((error) => {
    throw new Error(`Its state cannot be read: ${reasonOf(error)}`);
  });
  if (!found) return undefined;
  // What was secret stays secret, whoever returned it unmarked.
  const like = (value: PropertyMap, before = {}) => markSecretsLike(value, before, secret) as PropertyMap;
  const outputs = withSecrets(like(found.outputs, state.outputs), state);
  const inputs = found.inputs ? like(found.inputs, state.inputs) : state.inputs;
  const isSame = deepEqual(outputs, state.outputs) && deepEqual(inputs, state.inputs);
  const modified = isSame ? state.modified : new Date().toISOString();
  return { ...state, id: found.id, inputs, outputs, initErrors: found.initErrors, modified };
}
