/**
 * What the stand-ins have in common: the official plugins are bridged from Terraform, and a stack's state may move
 * between the two.
 */
import { diffByTable } from "./diff.ts";
import { type InputSpec, inputFailures } from "./input-spec.ts";
import type { ResourceHandler } from "./provider.ts";
import { comparableInputs, observedAs, plainInputs, withDefaults } from "./recorded-inputs.ts";

/**
 * Adds the official plugin's kind of `check` and `diff` to a lifecycle, and keeps the form in which a state's inputs
 * and outputs are recorded. The lifecycle itself sees plain inputs.
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
    create: (news, context) => lifecycle.create(plainInputs(news), context),
    read: async (id, { inputs, outputs }) => {
      const live = await lifecycle.read(id, { inputs: inputs && plainInputs(inputs), outputs });
      if (!live || !inputs) return live;
      return {
        id: live.id,
        inputs: observedAs(spec, inputs, live.inputs),
        // The official plugin records more of a resource, and how to decode it: kept while it matches what is observed.
        outputs: outputs && covers(outputs, live.outputs) ? (outputs as O) : live.outputs,
      };
    },
    update: (id, olds, news, context) =>
      lifecycle.update(id, { ...olds, inputs: plainInputs(olds.inputs) }, plainInputs(news), context),
    delete: (id, olds, context) =>
      lifecycle.delete(id, { ...olds, inputs: plainInputs(olds.inputs) }, context),
  };
}

/** Whether recorded outputs say all that is observed, and perhaps more. Lists count as sets. */
function covers(recorded: unknown, observed: unknown): boolean {
  if (observed === undefined) return true;
  if (typeof observed !== "object" || observed === null) return Object.is(recorded, observed);
  if (typeof recorded !== "object" || recorded === null) return false;
  if (Array.isArray(observed)) {
    if (!Array.isArray(recorded) || recorded.length !== observed.length) return false;
    return observed.every((item) => recorded.some((candidate) => covers(candidate, item)));
  }
  const known = new Map<string, unknown>(Object.entries(recorded));
  // The bridge's note on the schema's version, to which the official plugin adds timeouts.
  return Object.entries(observed).every(([key, item]) => key === "__meta" || covers(known.get(key), item));
}
