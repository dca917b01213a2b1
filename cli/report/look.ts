import type { Hint } from "../hints.ts";
import type { Style } from "../style.ts";

/** How a report is printed. */
export interface Look {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
  readonly hint: Hint;
}
