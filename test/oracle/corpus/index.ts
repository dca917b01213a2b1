import { amounts } from "./amounts.ts";
import { bytes } from "./bytes.ts";
import { dates } from "./dates.ts";
import type { Entry } from "./entry.ts";
import { fieldEntries } from "./fields.ts";
import { farApart, repeats } from "./repeats.ts";
import { syntax } from "./syntax.ts";
import { texts } from "./texts.ts";

/** In the order of sending. */
export const corpus: readonly Entry[] = [
  farApart.first,
  ...amounts,
  ...dates,
  ...fieldEntries,
  ...texts,
  ...syntax,
  ...bytes,
  ...repeats,
  farApart.second,
];
