/** Reads every resource from its provider, so that the state says what is really there. */
import { deepEqual, type PropertyMap, secret } from "../plugin/values.ts";
import { existing, type Operations, withSecrets } from "./operations.ts";
import { dependencies } from "./planner.ts";
import { compare, markSecretsLike } from "./property-path.ts";
import { reasonOf } from "./provider-client.ts";
import type { ResourceState } from "./state.ts";
import { isProviderType } from "./urn.ts";

/** Independent resources at the same time, each after what it depends on. Failures are reported by the steps. */
export async function refresh(operations: Operations): Promise<void> {
  const all = [...operations.snapshot.old];
  const done = new Map<string, Promise<void>>();
  for (const state of all) {
    const before = dependencies(state).map((urn) => done.get(urn));
    const current = Promise.all(before).then(() => refreshOne(operations, state));
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
}

async function refreshOne(operations: Operations, state: ResourceState): Promise<void> {
  const { snapshot, steps } = operations;
  const isObservable = state.custom && !isProviderType(state.type) && !state.pendingReplacement && state.id;
  if (!isObservable) return steps.note(operations.step("same", state, state));
  const step = operations.step("refresh", state, state);
  await steps.run(step, async () => {
    const provider = await operations.providerOf(state);
    const options = { preview: false, timeoutSeconds: state.customTimeouts?.read };
    const found = await provider?.read(existing(state), options).catch((error) => {
      throw new Error(`Its state cannot be read: ${reasonOf(error)}`);
    });
    if (!found) {
      step.op = "discard";
      snapshot.amend(state);
      return;
    }
    // What was secret stays secret, whoever returned it unmarked.
    const like = (value: PropertyMap, before = {}) => markSecretsLike(value, before, secret) as PropertyMap;
    const outputs = withSecrets(like(found.outputs, state.outputs), state);
    const inputs = found.inputs ? like(found.inputs, state.inputs) : state.inputs;
    const initErrors = found.initErrors;
    const isSame = deepEqual(outputs, state.outputs) && deepEqual(inputs, state.inputs);
    const modified = isSame ? state.modified : new Date().toISOString();
    step.diff = compare({ ...state.inputs, ...state.outputs }, { ...inputs, ...outputs });
    step.new = { ...state, id: found.id, inputs, outputs, initErrors, modified };
    snapshot.amend(state, step.new);
  });
}
