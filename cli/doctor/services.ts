import { isServing } from "../containers.ts";
import { isOfService } from "../services.ts";
import type { LiveFacts } from "./facts.ts";

/** Which services can be judged: what depends on one that is down is a consequence, not a cause. */
export interface Services {
  /** The name of a service's container that runs and is healthy; undefined otherwise. */
  container(service: string): string | undefined;
  /** Whether all containers of each service run. */
  areUp(...services: readonly string[]): boolean;
}

/** @param network the stack's: a container outside of it cannot serve the others */
export function servicesIn({ containers }: LiveFacts, network: string | undefined): Services {
  const of = (service: string) => containers.filter((one) => isOfService(one.service, service));
  const serves = (one: LiveFacts["containers"][number]) =>
    isServing(one) && (network === undefined || one.networks.includes(network));
  return {
    container: (service) => of(service).find((one) => one.service === service && serves(one))?.name,
    areUp: (...services) => services.every((service) => of(service).length > 0 && of(service).every(serves)),
  };
}
