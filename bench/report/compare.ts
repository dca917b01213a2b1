/** Medians of each variant's runs, and their ratio to the original. Pure. */
import type { Drain } from "../drain.ts";
import { median } from "../statistics.ts";
import { MEASURED, type Service } from "../usage.ts";

export interface Line {
  variant: string;
  runs: number;
  seconds: number;
  eventsPerSecond: number;
  /** How many times faster than the median run of the original. */
  ratio: number;
  cpu: Record<Service, number>;
  memory: Record<Service, number>;
  differences: string[];
  faults: string[];
}

/** One line for each variant, in the order of `order`; medians. */
export function compare(drains: readonly Drain[], order: readonly string[]): Line[] {
  const original = median(of(drains, "original").map(({ seconds }) => seconds));
  return order.flatMap((variant) => {
    const runs = of(drains, variant);
    if (runs.length === 0) return [];
    const middle = (value: (run: Drain) => number) => median(runs.map(value));
    const perService = (value: (run: Drain, service: Service) => number) =>
      Object.fromEntries(
        MEASURED.map((service) => [service, middle((run) => value(run, service))]),
      ) as Record<Service, number>;
    const seconds = middle((run) => run.seconds);
    return {
      variant,
      runs: runs.length,
      seconds,
      eventsPerSecond: middle((run) => run.eventsPerSecond),
      ratio: original / seconds,
      cpu: perService(({ usage }, service) => usage.cpu[service]),
      memory: perService(({ usage }, service) => usage.memory[service]),
      differences: runs.flatMap((run) => run.differences),
      faults: runs[0]?.faults ?? [],
    };
  });
}

function of(drains: readonly Drain[], variant: string): Drain[] {
  return drains.filter((drain) => drain.variant === variant);
}
