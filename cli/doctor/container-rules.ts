/** Causes in the containers themselves. Pure. */
import { SERVICES } from "../../facts/pipeline.ts";
import type { Hint } from "../hints.ts";
import type { PortOwner } from "../preflight/evaluate.ts";
import { agentService, services } from "../services.ts";
import type { Cause, DoctorFacts, InspectedContainer, LiveFacts } from "./facts.ts";
import { servicesIn } from "./services.ts";

const MANY_RESTARTS = 3;
const RECENT_MS = 2 * 60_000;

export function containerCauses({ recorded }: DoctorFacts, live: LiveFacts, hint: Hint): Cause[] {
  const services = servicesIn(live, recorded?.network);
  // The producer cannot be healthy without Kafka.
  const isConsequence = ({ service, state }: InspectedContainer) =>
    service === SERVICES.producer.name && state === "running" && !services.areUp(SERVICES.kafka.name);
  const own = live.containers.filter((one) => one.service !== agentService && !isConsequence(one));
  return [
    ...own.flatMap((container) => containerCause(container, live, hint)),
    ...own.flatMap((container) => networkCause(container, recorded?.network, live)),
  ];
}

function containerCause(container: InspectedContainer, live: LiveFacts, hint: Hint): Cause[] {
  const { name, state, exitCode, isOutOfMemory, error } = container;
  if (state === "running" && !isCrashing(container)) return runningCause(container, hint);
  if (state === "paused") {
    return [{ code: "container-paused", what: `${name} is paused`, fix: `docker unpause ${name}` }];
  }
  const port = heldPort(container, live);
  if (port !== undefined) return [port];
  if (isOutOfMemory) {
    return [
      {
        code: "container-out-of-memory",
        what: `${name} was killed, because it needed more memory than its limit`,
        fix: memoryFix(container, hint),
      },
    ];
  }
  if (state === "restarting" || isCrashing(container)) {
    return [
      {
        code: "container-crashing",
        what: `${name} crashes again and again (restarted ${container.restarts} times)${quoted(container)}`,
        fix: hint("logs", container.service),
      },
    ];
  }
  if (state === "created" || state === "dead") {
    return [
      {
        code: "container-not-started",
        what: `Docker could not start ${name}${error === "" ? "" : `: ${error}`}`,
        fix: hint("up"),
      },
    ];
  }
  // 137 and 143: Docker, or somebody else, has stopped it by a signal.
  const isStopped = exitCode === 0 || exitCode === 137 || exitCode === 143;
  if (isStopped) {
    return [
      {
        code: "container-stopped",
        what: `${name} was stopped (exit code ${exitCode})`,
        fix: hint("up"),
      },
    ];
  }
  return [
    {
      code: "container-crashed",
      what: `${name} has ended with exit code ${exitCode}${error === "" ? "" : ` (${error})`}${quoted(container)}`,
      fix: hint("logs", container.service),
    },
  ];
}

/** Docker waits longer before each restart, so that most of the time it seems to run or to be starting. */
const isCrashing = ({ restarts, age, health }: InspectedContainer) =>
  restarts >= MANY_RESTARTS && age < RECENT_MS && health !== "healthy";

function runningCause(container: InspectedContainer, hint: Hint): Cause[] {
  const { name, health, healthOutput, service } = container;
  if (health === "unhealthy") {
    const said =
      healthOutput.trim() === "" ? quoted(container) : `; its health check says: ${oneLine(healthOutput)}`;
    return [
      {
        code: "container-unhealthy",
        what: `${name} runs, but is not healthy${said}`,
        fix: service === SERVICES.producer.name ? hint("logs", service) : `docker restart ${name}`,
      },
    ];
  }
  if (health === "starting") {
    return [{ code: "container-starting", what: `${name} is still starting`, fix: hint("doctor") }];
  }
  return [];
}

/** A TaskManager's limit is a configuration key; the others are fixed. */
function memoryFix({ service }: InspectedContainer, hint: Hint): string {
  const isTaskManager = service.startsWith(SERVICES.taskManager.name);
  return isTaskManager ? hint("config", "set", "taskManagerMemory", "MIB") : hint("up");
}

/** A stopped container cannot come back while another program has its port. */
function heldPort({ name, service }: InspectedContainer, { machine }: LiveFacts): Cause | undefined {
  const { portKey } = services.find((one) => one.name === service) ?? {};
  const taken = machine.ports.find(({ key, heldBy }) => key === portKey && heldBy !== undefined);
  if (taken?.heldBy === undefined) return undefined;
  return {
    code: "port-taken",
    what: `${name} cannot start: port ${taken.port} (${taken.key}) is in use by ${ownerName(taken.heldBy)}`,
    fix: stopOwner(taken.heldBy, taken.port),
  };
}

function ownerName(owner: PortOwner): string {
  if (owner.kind === "container") return `the container ${owner.name}`;
  return owner.kind === "process" ? `${owner.command} (process ${owner.pid})` : "another program";
}

function stopOwner(owner: PortOwner, port: number): string {
  if (owner.kind === "container") return `docker stop ${owner.name}`;
  return owner.kind === "process" ? `kill ${owner.pid}` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
}

function networkCause(
  { name, service, state, networks }: InspectedContainer,
  network: string | undefined,
  live: LiveFacts,
): Cause[] {
  const isThere = network !== undefined && live.networks.includes(network);
  if (!isThere || state !== "running" || networks.includes(network)) return [];
  return [
    {
      code: "not-in-network",
      what: `${name} is not in the stack's network, so no other service reaches it`,
      fix: `docker network connect --alias ${service} ${network} ${name}`,
    },
  ];
}

function quoted({ log }: InspectedContainer): string {
  const last = log.filter((line) => line.trim() !== "").at(-1);
  return last === undefined ? "; its log is empty" : `; its last line: ${oneLine(last)}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}
