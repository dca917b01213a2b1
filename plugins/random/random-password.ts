/** `random:index/randomPassword:RandomPassword`. */
import { randomInt } from "node:crypto";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";

interface PasswordInputs {
  length: number;
  lower?: boolean;
  upper?: boolean;
  numeric?: boolean;
  special?: boolean;
  /** The special characters to choose from. */
  overrideSpecial?: string;
  /** A change of any of these creates a new password. */
  keepers?: Record<string, string>;
}

type PasswordOutputs = PasswordInputs & { id: string; number: boolean; result: string };

/** The id of every password, as in the official plugin. */
const ID = "none";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const CLASSES = { lower: true, upper: true, numeric: true, special: true };

export const passwordSpec: InputSpec<PasswordInputs> = {
  table: {
    length: "replace",
    lower: "replace",
    upper: "replace",
    numeric: "replace",
    special: "replace",
    overrideSpecial: "replace",
    keepers: "replace",
  },
  required: ["length"],
  coexists: true,
  defaults: CLASSES,
  fixed: { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 },
  validate: (inputs) => {
    if (alphabet(inputs) === "") return [{ property: "length", reason: "no characters are left to use" }];
    return inputs.length < 1 ? [{ property: "length", reason: "length must be at least 1" }] : [];
  },
};

export const randomPassword = bridged<PasswordInputs, PasswordOutputs>(passwordSpec, {
  create: async (news) => {
    // The official plugin reads the id from the outputs.
    const outputs = { ...news, id: ID, number: news.numeric ?? true, result: generatePassword(news) };
    return { id: ID, outputs };
  },
  // The value exists only in the state.
  read: async (id, { inputs, outputs }) => {
    if (!inputs || !outputs?.result) throw new Error("A random password cannot be imported");
    return { id, inputs, outputs };
  },
  update: async (_id, olds) => ({ outputs: olds.outputs }),
  delete: async () => {},
});

export function generatePassword(inputs: PasswordInputs): string {
  const characters = alphabet(inputs);
  return Array.from({ length: inputs.length }, () => characters[randomInt(characters.length)]).join("");
}

function alphabet(inputs: PasswordInputs): string {
  const { lower, upper, numeric, special, overrideSpecial } = { ...CLASSES, ...inputs };
  const classes = [
    lower && LETTERS,
    upper && LETTERS.toUpperCase(),
    numeric && "0123456789",
    special && (overrideSpecial || SPECIAL),
  ];
  return classes.filter(Boolean).join("");
}
