export const quick: readonly string[];
export const live: readonly string[];
export const usage: string;
export interface Plan {
  stages: string[];
  filters: string[];
  stopsAtFailure: boolean;
  /** After so many no other file on containers is started. Infinity: all are. */
  minutes: number;
}
export function planOf(args: readonly string[]): Plan;
export function needsContainers(plan: Plan): boolean;
