/** `random:index/randomUuid:RandomUuid`. */
import { randomUUID } from "node:crypto";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";

interface UuidInputs {
  /** A change of any of these creates a new UUID. */
  keepers?: Record<string, string>;
}

type UuidOutputs = UuidInputs & { id: string; result: string };

const uuidSpec: InputSpec<UuidInputs> = { table: { keepers: "replace" }, required: [], coexists: true };

/** As in the official plugin, the id is the UUID. */
export const randomUuid = bridged<UuidInputs, UuidOutputs>(uuidSpec, {
  create: async (news) => {
    const id = randomUUID();
    return { id, outputs: { ...news, id, result: id } };
  },
  // The value exists only in the state.
  read: async (id, { inputs = {} }) => ({ id, inputs, outputs: { ...inputs, id, result: id } }),
  update: async (_id, olds) => ({ outputs: olds.outputs }),
  delete: async () => {},
});
