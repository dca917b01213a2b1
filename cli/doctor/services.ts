import type { LiveFacts } from "./facts.ts";

/** Which services can be judged: what depends on one that is down is a consequence, not a cause. */
export interface Services {
  /** The name of a service's container that runs and is healthy; undefined otherwise. */
  container(service: string): string | undefined;
  /** Whether all containers of each service run. */
  areUp(...services: readonly string[]): boolean;
}

export function servicesIn({ containers }: LiveFacts): Services {
  const of = (service: string) =>
    containers.filter((one) => one.service === service || one.service.startsWith(`${service}-`));
  const isUp = ({ state, health }: LiveFacts["containers"][number]) =>
    state === "running" && (health === "healthy" || health === "none");
  return {
    container: (service) => of(service).find((one) => one.service === service && isUp(one))?.name,
    areUp: (...services) => services.every((service) => of(service).length > 0 && of(service).every(isUp)),
  };
}
