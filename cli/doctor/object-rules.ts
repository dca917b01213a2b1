/** Causes in what the stack has in Docker. Pure. */
import type { Hint } from "../hints.ts";
import { missingObjects } from "../report/drift.ts";
import type { Cause, DoctorFacts, LiveFacts } from "./facts.ts";

/** Whether there is a stack at all, and whose. */
export function stackCauses(facts: DoctorFacts, live: LiveFacts, hint: Hint): Cause[] {
  const { recorded, stack, stateError } = facts;
  const { containers, volumes, otherCheckout } = live;
  if (otherCheckout !== undefined) {
    return [
      {
        code: "other-checkout",
        what: `stack ${stack} on this Docker engine belongs to the checkout in ${otherCheckout}`,
        fix: hint("up", "--take-over"),
      },
    ];
  }
  if (recorded === undefined && stateError === undefined) {
    if (containers.length === 0)
      return [{ code: "not-up", what: `stack ${stack} is not up`, fix: hint("up") }];
    return [
      {
        code: "containers-without-state",
        what: `there are containers of stack ${stack}, but its state is gone: ${containers.map(({ name }) => name).join(", ")}`,
        fix: hint("up"),
      },
    ];
  }
  if (containers.length > 0 || recorded === undefined) return [];
  return volumes.length > 0
    ? [
        {
          code: "containers-gone",
          what: "all containers of the stack are gone; its volumes still exist",
          fix: hint("up"),
        },
      ]
    : [
        {
          code: "everything-gone",
          what: "all containers and volumes of the stack are gone, and the data with them",
          fix: hint("destroy", "--purge"),
        },
      ];
}

/** Parts of the stack in Docker that are missing. */
export function objectCauses({ recorded }: DoctorFacts, live: LiveFacts, hint: Hint): Cause[] {
  if (recorded === undefined) return [];
  const { networks, volumes } = live;
  const containers = live.containers.map(({ name }) => name);
  const missing = missingObjects(recorded, { containers, networks, volumes });
  return [
    ...(missing.network === undefined
      ? []
      : [{ code: "network-missing", what: `the network ${missing.network} is gone`, fix: hint("up") }]),
    ...missing.volumes.map((name) => ({
      code: "volume-missing",
      what: `the volume ${name} is gone, and the data in it`,
      fix: hint("up"),
    })),
    ...live.missingImages.map((image) => ({
      code: "image-missing",
      what: `the image ${image} is not on this machine`,
      fix: hint("up"),
    })),
    ...missing.containers.map((name) => missingContainer(name, live, hint)),
  ];
}

function missingContainer(name: string, { otherContainers }: LiveFacts, hint: Hint): Cause {
  if (!otherContainers.includes(name)) {
    return { code: "container-missing", what: `the container ${name} was removed`, fix: hint("up") };
  }
  return {
    code: "name-taken",
    what: `the container ${name} is not the stack's: another one has its name`,
    fix: `docker rm --force ${name}`,
  };
}
