/** `random:index/randomId:RandomId`. */
import { randomBytes } from "node:crypto";
import { bridged, type InputSpec } from "../bridged.ts";

export interface IdInputs {
  byteLength: number;
  prefix?: string;
  /** Any change of these makes a new value. */
  keepers?: Record<string, string>;
}

type IdOutputs = IdInputs & { b64Std: string; b64Url: string; dec: string; hex: string };

export const idSpec: InputSpec<IdInputs> = {
  table: { byteLength: "replace", prefix: "replace", keepers: "replace" },
  required: ["byteLength"],
};

export const randomId = bridged<IdInputs, IdOutputs>(idSpec, {
  create: async (news) => {
    const bytes = randomBytes(news.byteLength);
    const { prefix = "" } = news;
    const id = bytes.toString("base64url");
    const outputs = {
      ...news,
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + id,
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      hex: prefix + bytes.toString("hex"),
    };
    return { id, outputs };
  },
  // The value lives in the state only.
  read: async (id, { inputs, outputs }) => {
    if (!inputs || !outputs?.hex) throw new Error("A random value cannot be imported");
    return { id, inputs, outputs };
  },
  update: async (_id, olds) => ({ outputs: olds.outputs }),
  delete: async () => {},
});
