export const usage: string;
export function planOf(args: readonly string[]): {
  stages: string[];
  filters: string[];
  stopsAtFailure: boolean;
};
