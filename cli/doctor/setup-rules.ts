/** Causes outside the containers: machine, configuration, state. Pure. */
import { bytes, duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Cause, DoctorFacts, LiveFacts } from "./facts.ts";

const MiB = 1024 * 1024;
const LOW_DISK = 1024 * MiB;
const LOW_MEMORY = 200 * MiB;
/** Events that Kafka receives less than five seconds late count for their minute. */
const MOST_SKEW_MS = 2_000;

export function dockerCauses({ docker }: DoctorFacts): Cause[] {
  if (docker === undefined) return [];
  const isDenied = /EACCES|permission denied/i.test(docker.error);
  return [
    isDenied
      ? { code: "docker-not-permitted", what: "this user may not use Docker", fix: docker.advice }
      : { code: "docker-down", what: `no Docker engine answers: ${docker.error}`, fix: docker.advice },
  ];
}

export function stateCauses({ configProblems, locks, stateError, stack }: DoctorFacts, hint: Hint): Cause[] {
  return [
    ...configProblems.map((problem) => ({
      code: "config-invalid",
      what: `the configuration is invalid: ${problem}`,
      fix: configFix(problem, stack, hint),
    })),
    ...(stateError === undefined
      ? []
      : [
          {
            code: "state-unreadable",
            what: `the state cannot be read: ${stateError}`,
            fix: /passphrase/i.test(stateError)
              ? "Restore the passphrase: the file .pulumi-state/passphrase, or PULUMI_CONFIG_PASSPHRASE as it was at the start"
              : hint("pulumi", "stack", "export"),
          },
        ]),
    ...locks
      // A lock of an ended process is taken over by the next command.
      .filter(({ state }) => state === "elsewhere")
      .map(({ hostname, pid, timestamp }) => ({
        code: "lock-left",
        what: `a lock of ${hostname === "" ? "another run" : `process ${pid} on ${hostname}`}${timestamp === "" ? "" : ` since ${timestamp}`} holds the stack`,
        fix: hint("cancel", "--yes"),
      })),
    ...locks
      .filter(({ state }) => state === "ended")
      .map(({ pid, timestamp }) => ({
        code: "run-killed",
        what: `process ${pid} was killed during its run of ${timestamp}, and has left the stack half changed`,
        fix: hint("up"),
      })),
  ];
}

/** `partitions: '0' …` */
function configFix(problem: string, stack: string, hint: Hint): string {
  const key = /^(\w+):/.exec(problem)?.[1];
  return key === undefined ? `Edit Pulumi.${stack}.yaml` : hint("config", "set", key, "VALUE");
}

export function machineCauses({ machine, clockSkewMs }: LiveFacts): Cause[] {
  const { disk, memory } = machine;
  const found: Cause[] = [];
  if (disk !== undefined && disk.available < LOW_DISK) {
    found.push({
      code: "disk-full",
      what: `only ${bytes(disk.available)} of disk are free at ${disk.folder}`,
      fix: "docker system df",
    });
  }
  if (memory !== undefined && memory.where !== "for Docker" && memory.available < LOW_MEMORY) {
    found.push({
      code: "memory-low",
      what: `only ${bytes(memory.available)} of memory are available ${memory.where}`,
      fix: "docker stats --no-stream",
    });
  }
  if (Math.abs(clockSkewMs) > MOST_SKEW_MS) {
    found.push({
      code: "clock-skew",
      what: `Docker's clock is ${duration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? "ahead of" : "behind"} this machine's, so sales count as late`,
      fix: "Synchronise both clocks (sudo timedatectl set-ntp true; on Docker Desktop, restart it)",
    });
  }
  return found;
}

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
  const { network } = recorded;
  const isPresent = (name: string) => live.containers.some((container) => container.name === name);
  return [
    ...(network !== undefined && !live.networks.includes(network)
      ? [{ code: "network-missing", what: `the network ${network} is gone`, fix: hint("up") }]
      : []),
    ...recorded.volumes
      .filter((name) => !live.volumes.includes(name))
      .map((name) => ({
        code: "volume-missing",
        what: `the volume ${name} is gone, and the data in it`,
        fix: hint("up"),
      })),
    ...live.missingImages.map((image) => ({
      code: "image-missing",
      what: `the image ${image} is not on this machine`,
      fix: hint("up"),
    })),
    ...recorded.containers
      .filter((name) => !isPresent(name))
      .map((name) => ({
        code: "container-missing",
        what: `the container ${name} was removed`,
        fix: hint("up"),
      })),
  ];
}
