/** `random:index/randomPassword:RandomPassword` and `random:index/randomString:RandomString`. */
import { randomInt } from "node:crypto";
import type { ResourceHandler } from "../../../plugin/provider.ts";
import { bridged, type InputSpec } from "../bridged.ts";

export interface TextInputs {
  length: number;
  lower?: boolean;
  upper?: boolean;
  numeric?: boolean;
  /** The older name of `numeric`. */
  number?: boolean;
  special?: boolean;
  minLower?: number;
  minUpper?: number;
  minNumeric?: number;
  minSpecial?: number;
  /** The special characters to choose from. */
  overrideSpecial?: string;
  /** Any change of these makes a new value. */
  keepers?: Record<string, string>;
}

type TextOutputs = TextInputs & { result: string };

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

export const textSpec: InputSpec<TextInputs> = {
  table: {
    length: "replace",
    lower: "replace",
    upper: "replace",
    numeric: "replace",
    number: "replace",
    special: "replace",
    minLower: "replace",
    minUpper: "replace",
    minNumeric: "replace",
    minSpecial: "replace",
    overrideSpecial: "replace",
    keepers: "replace",
  },
  required: ["length"],
  validate: (inputs) => {
    const least = classes(inputs).reduce((sum, { min }) => sum + min, 0);
    if (classes(inputs).length === 0)
      return [{ property: "lower", reason: "every class of characters is off" }];
    if (inputs.length >= Math.max(1, least)) return [];
    return [
      { property: "length", reason: `length ${inputs.length} is less than the minimums' sum, ${least}` },
    ];
  },
};

export const randomPassword = randomText(() => "none");
export const randomString = randomText((result) => result);

function randomText(idOf: (result: string) => string): ResourceHandler<TextInputs, TextOutputs> {
  return bridged<TextInputs, TextOutputs>(textSpec, {
    create: async (news) => {
      const result = generateText(news);
      const { numeric = news.number ?? true, lower = true, upper = true, special = true } = news;
      const { minLower = 0, minUpper = 0, minNumeric = 0, minSpecial = 0 } = news;
      const minimums = { minLower, minUpper, minNumeric, minSpecial };
      const outputs = { ...news, ...minimums, lower, upper, special, numeric, number: numeric, result };
      return { id: idOf(result), outputs };
    },
    // The value lives in the state only.
    read: async (id, { inputs, outputs }) => {
      if (!inputs || !outputs?.result) throw new Error("A random value cannot be imported");
      return { id, inputs, outputs };
    },
    update: async (_id, olds) => ({ outputs: olds.outputs }),
    delete: async () => {},
  });
}

/** The minimum of each class, the rest from all of them, shuffled. */
export function generateText(inputs: TextInputs): string {
  const pick = (characters: string) => characters.charAt(randomInt(characters.length));
  const chosen = classes(inputs).flatMap(({ characters, min }) =>
    Array.from({ length: min }, () => pick(characters)),
  );
  const all = classes(inputs)
    .map(({ characters }) => characters)
    .join("");
  while (chosen.length < inputs.length) chosen.push(pick(all));
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [chosen[last], chosen[other]] = [chosen[other] ?? "", chosen[last] ?? ""];
  }
  return chosen.join("");
}

function classes(inputs: TextInputs): { characters: string; min: number }[] {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  return [
    { on: inputs.lower, characters: letters, min: inputs.minLower },
    { on: inputs.upper, characters: letters.toUpperCase(), min: inputs.minUpper },
    { on: inputs.numeric ?? inputs.number, characters: "0123456789", min: inputs.minNumeric },
    { on: inputs.special, characters: inputs.overrideSpecial || SPECIAL, min: inputs.minSpecial },
  ].flatMap(({ on = true, characters, min = 0 }) => (on ? [{ characters, min }] : []));
}
