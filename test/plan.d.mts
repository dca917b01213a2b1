export const quick: readonly string[];
export const live: readonly string[];
export const usage: string;
export interface Plan {
  stages: string[];
  filters: string[];
  stopsAtFailure: boolean;
  /** Files on containers that might not be done after so many are left out. Infinity: none is. */
  minutes: number;
}
export function planOf(args: readonly string[]): Plan;
export function needsContainers(plan: Plan): boolean;
