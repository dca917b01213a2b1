/** From facts to causes, the most fundamental first. Pure. */
import type { Hint } from "../hints.ts";
import { containerCauses } from "./container-rules.ts";
import type { Cause, DoctorFacts } from "./facts.ts";
import { jobCauses } from "./job-rules.ts";
import { objectCauses, stackCauses } from "./object-rules.ts";
import { postgresCauses } from "./postgres-rules.ts";
import { kafkaCauses, webCauses } from "./service-rules.ts";
import { servicesIn } from "./services.ts";
import { dockerCauses, machineCauses, stateCauses } from "./setup-rules.ts";

/** What follows from another cause, such as a job that restarts because Kafka is down, is left out. */
export function diagnose(facts: DoctorFacts, hint: Hint): Cause[] {
  const { live } = facts;
  const local = [...dockerCauses(facts), ...stateCauses(facts, hint)];
  if (live === undefined) return local;
  const before = [...local, ...machineCauses(live)];
  const whole = stackCauses(facts, live, hint);
  if (whole.length > 0) return [...before, ...whole];
  // Without the state, neither addresses nor passwords are known.
  if (facts.stateError !== undefined) return [...before, ...containerCauses(facts, live, hint)];
  const services = servicesIn(live, facts.recorded?.network);
  const found = [
    ...before,
    ...objectCauses(facts, live, hint),
    ...containerCauses(facts, live, hint),
    ...kafkaCauses(live, services, hint),
    ...postgresCauses(live, services, hint),
    ...jobCauses(live, services, hint),
    ...webCauses(live, services),
  ];
  // The job names the topic, for example, that Kafka has named already.
  return found.filter(({ code, what }, at) =>
    found.slice(0, at).every((earlier) => earlier.what !== what && !(earlier.code === code && isOnce(code))),
  );
}

const isOnce = (code: string) =>
  ["topic-missing", "events-expired", "disk-full", "writer-password"].includes(code);
