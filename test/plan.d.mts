export const quick: readonly string[];
export const live: readonly string[];
export const usage: string;
export function planOf(args: readonly string[]): {
  stages: string[];
  filters: string[];
  stopsAtFailure: boolean;
};
