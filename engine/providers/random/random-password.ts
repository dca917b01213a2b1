/** `random:index/randomPassword:RandomPassword`. */
import { randomInt } from "node:crypto";
import { bridged, type InputSpec } from "../bridged.ts";

export interface PasswordInputs {
  length: number;
  lower?: boolean;
  upper?: boolean;
  numeric?: boolean;
  special?: boolean;
  minLower?: number;
  minUpper?: number;
  minNumeric?: number;
  minSpecial?: number;
  /** The special characters to choose from. */
  overrideSpecial?: string;
  /** Any change of these makes a new password. */
  keepers?: Record<string, string>;
}

type PasswordOutputs = PasswordInputs & { number: boolean; result: string };

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const CLASSES = { lower: true, upper: true, numeric: true, special: true };
const MINIMUMS = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };

export const passwordSpec: InputSpec<PasswordInputs> = {
  table: {
    length: "replace",
    lower: "replace",
    upper: "replace",
    numeric: "replace",
    special: "replace",
    minLower: "replace",
    minUpper: "replace",
    minNumeric: "replace",
    minSpecial: "replace",
    overrideSpecial: "replace",
    keepers: "replace",
  },
  required: ["length"],
  defaults: { ...CLASSES, ...MINIMUMS },
  validate: (inputs) => {
    if (alphabets(inputs).length === 0)
      return [{ property: "length", reason: "no characters are left to use" }];
    const least = alphabets(inputs).reduce((sum, { min }) => sum + min, 0) || 1;
    if (!(inputs.length < least)) return [];
    return [{ property: "length", reason: `length ${inputs.length} is less than the minimum, ${least}` }];
  },
};

export const randomPassword = bridged<PasswordInputs, PasswordOutputs>(passwordSpec, {
  create: async (news) => {
    const outputs = { ...news, number: news.numeric ?? true, result: generatePassword(news) };
    return { id: "none", outputs };
  },
  // The value lives in the state only.
  read: async (id, { inputs, outputs }) => {
    if (!inputs || !outputs?.result) throw new Error("A random password cannot be imported");
    return { id, inputs, outputs };
  },
  update: async (_id, olds) => ({ outputs: olds.outputs }),
  delete: async () => {},
});

/** The minimum of each class, the rest from all of them, shuffled. */
export function generatePassword(inputs: PasswordInputs): string {
  const pick = (characters: string) => characters.charAt(randomInt(characters.length));
  const chosen = alphabets(inputs).flatMap(({ characters, min }) =>
    Array.from({ length: min }, () => pick(characters)),
  );
  const all = alphabets(inputs).reduce((joined, { characters }) => joined + characters, "");
  while (chosen.length < inputs.length) chosen.push(pick(all));
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [chosen[last], chosen[other]] = [chosen[other] ?? "", chosen[last] ?? ""];
  }
  return chosen.join("");
}

function alphabets(inputs: PasswordInputs): { characters: string; min: number }[] {
  const { lower, upper, numeric, special, ...rest } = { ...CLASSES, ...MINIMUMS, ...inputs };
  return [
    lower ? { characters: LETTERS, min: rest.minLower } : [],
    upper ? { characters: LETTERS.toUpperCase(), min: rest.minUpper } : [],
    numeric ? { characters: "0123456789", min: rest.minNumeric } : [],
    special ? { characters: rest.overrideSpecial || SPECIAL, min: rest.minSpecial } : [],
  ].flat();
}
