/**
 * What the substitutes have in common. The official plugins are bridged from Terraform, and a stack's state may move
 * between an official plugin and its substitute.
 */
import { diffByTable } from "./diff.ts";
import { type InputSpec, inputFailures } from "./input-spec.ts";
import { NotReady, type ResourceHandler } from "./provider.ts";
import { comparableInputs, observedAs, plainInputs, withDefaults } from "./recorded-inputs.ts";

/**
 * Adds `check` and `diff` as the official plugins have them to a lifecycle, and keeps inputs and outputs in the form
 * in which they were recorded. The lifecycle itself sees plain inputs.
 */
export function bridged<I extends object, O extends object>(
  spec: InputSpec<I>,
  lifecycle: Omit<ResourceHandler<I, O>, "check" | "diff">,
): ResourceHandler<I, O> {
  return {
    ...lifecycle,
    check: (news) => {
      const plain = plainInputs(news);
      const failures = inputFailures(spec, plain as Record<string, unknown>);
      const inputs = withDefaults(spec, plain);
      return { inputs, failures: failures.length > 0 ? failures : spec.validate?.(inputs) };
    },
    diff: (_id, olds, news) => {
      const diff = diffByTable(
        spec.table,
        comparableInputs(spec, olds.inputs),
        comparableInputs(spec, news) as I,
      );
      return { ...diff, deleteBeforeReplace: diff.replaces.length > 0 && !spec.coexists };
    },
    create: (news, context) => recordedAs(spec, news, lifecycle.create(plainInputs(news), context)),
    read: async (id, { inputs, outputs }, signal) => {
      const plain = { inputs: inputs && plainInputs(inputs), outputs };
      const live = await lifecycle.read(id, plain, signal);
      if (!live || !inputs) return live;
      return {
        id: live.id,
        inputs: observedAs(spec, inputs, live.inputs),
        // The official plugin records more about a resource: kept as long as it matches what is observed.
        outputs: outputs && covers(outputs, live.outputs) ? (outputs as O) : live.outputs,
      };
    },
    update: (id, olds, news, context) => {
      const known = { ...olds, inputs: plainInputs(olds.inputs) };
      return recordedAs(spec, news, lifecycle.update(id, known, plainInputs(news), context));
    },
    delete: (id, olds, context) =>
      lifecycle.delete(id, { ...olds, inputs: plainInputs(olds.inputs) }, context),
  };
}

/** Records the inputs of a resource that is not ready in the form of the program's. */
async function recordedAs<I extends object, T>(
  spec: InputSpec<I>,
  news: I,
  operation: Promise<T>,
): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    const inputs = observedAs(spec, news, error.state.inputs as I);
    throw new NotReady(error.message, error.id, { ...error.state, inputs }, { cause: error });
  }
}

/** Whether the recorded outputs contain everything that is observed. Lists count as sets. */
function covers(recorded: unknown, observed: unknown): boolean {
  if (observed === undefined) return true;
  if (typeof observed !== "object" || observed === null) return Object.is(recorded, observed);
  if (typeof recorded !== "object" || recorded === null) return false;
  if (Array.isArray(observed)) {
    if (!Array.isArray(recorded) || recorded.length !== observed.length) return false;
    return observed.every((item) => recorded.some((candidate) => covers(candidate, item)));
  }
  const known = new Map<string, unknown>(Object.entries(recorded));
  // `__meta` is the bridge's record of the schema version. The official plugin adds timeouts to it.
  return Object.entries(observed).every(([key, item]) => key === "__meta" || covers(known.get(key), item));
}
