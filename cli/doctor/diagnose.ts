/** From facts to findings, the most fundamental first. Pure. */
import type { Hint } from "../hints.ts";
import { containerFindings } from "./container-rules.ts";
import type { DoctorFacts, Finding } from "./facts.ts";
import { jobFindings } from "./job-rules.ts";
import { kafkaFindings, postgresFindings, webFindings } from "./service-rules.ts";
import { servicesIn } from "./services.ts";
import {
  dockerFindings,
  machineFindings,
  objectFindings,
  stackFindings,
  stateFindings,
} from "./setup-rules.ts";

/** What follows from another cause, such as a job that restarts because Kafka is down, is left out. */
export function diagnose(facts: DoctorFacts, hint: Hint): Finding[] {
  const { live } = facts;
  const local = [...dockerFindings(facts), ...stateFindings(facts, hint)];
  if (live === undefined) return local;
  const before = [...local, ...machineFindings(live)];
  const whole = stackFindings(facts, live, hint);
  if (whole.length > 0) return [...before, ...whole];
  // Without the state, neither addresses nor passwords are known.
  if (facts.stateError !== undefined) return [...before, ...containerFindings(facts, live, hint)];
  const services = servicesIn(live, facts.recorded?.network);
  const found = [
    ...before,
    ...objectFindings(facts, live, hint),
    ...containerFindings(facts, live, hint),
    ...kafkaFindings(live, services, hint),
    ...postgresFindings(live, services, hint),
    ...jobFindings(live, services, hint),
    ...webFindings(live, services),
  ];
  // The job names the topic, for example, that Kafka has named already.
  return found.filter(({ code, what }, at) =>
    found.slice(0, at).every((earlier) => earlier.what !== what && !(earlier.code === code && isOnce(code))),
  );
}

const isOnce = (code: string) =>
  ["topic-missing", "events-expired", "disk-full", "writer-password"].includes(code);
