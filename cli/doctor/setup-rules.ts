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
