/** Memory and CPU of a stack's containers. */
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { type Counters, readCgroup, withoutCache } from "./cgroup.ts";
import { listStackContainers, type StackName } from "./containers.ts";

/** What one container uses. */
export interface ContainerUsage {
  /** Resident bytes. */
  readonly memory: number;
  /** Cores, on average since the sample before; undefined where there is none. */
  readonly cpu: number | undefined;
}

/** By container id. */
export type Usage = ReadonlyMap<string, ContainerUsage>;

interface UsageSample extends Counters {
  /** By the clock of the counter, in milliseconds since 1970. */
  readonly at: number;
}

type Samples = ReadonlyMap<string, UsageSample>;

/** The fields of Docker's answer that are read here. */
interface MemoryStats {
  readonly usage?: number;
  readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
}

/** The shortest time between two samples that are asked for. */
const INTERVAL_MS = 500;

/**
 * Measures what a stack's containers use, from one sample to the next. The first one is best taken while something else is
 * being done.
 */
export class UsageMeter {
  readonly #sample: () => Promise<Samples>;
  #earlier: Promise<Samples>;
  #asked = performance.now();

  /** Begins with the first sample. */
  constructor(docker: Docker, stack: StackName) {
    this.#sample = () => sampleUsage(docker, stack);
    this.#earlier = this.#sample();
  }

  /** What they use since the last sample. Never fails: what cannot be measured is left out. */
  async measure(): Promise<Usage> {
    // Docker may answer two requests in quick succession with the same sample.
    const passed = performance.now() - this.#asked;
    const [earlier] = await Promise.all([this.#earlier, sleep(Math.max(0, INTERVAL_MS - passed))]);
    this.#asked = performance.now();
    this.#earlier = this.#sample();
    return usageBetween(earlier, await this.#earlier);
  }
}

/** Pure. */
export function usageBetween(earlier: Samples, later: Samples): Usage {
  return new Map(
    [...later].map(([id, sample]) => [
      id,
      { memory: sample.memory, cpu: cpuBetween(earlier.get(id), sample) },
    ]),
  );
}

function cpuBetween(earlier: UsageSample | undefined, later: UsageSample): number | undefined {
  if (earlier === undefined || later.at <= earlier.at) return undefined;
  const used = later.cpuTime - earlier.cpuTime;
  // It was started again in between.
  if (used < 0) return undefined;
  return used / 1e6 / (later.at - earlier.at);
}

/** Of the running containers. */
async function sampleUsage(docker: Docker, stack: StackName): Promise<Samples> {
  const infos = await listStackContainers(docker, stack).catch(() => []);
  const running = infos.filter(({ State }) => State === "running");
  const samples = await Promise.all(running.map(({ Id }) => sampleOne(docker.getContainer(Id))));
  return new Map(running.flatMap(({ Id }, at) => (samples[at] === undefined ? [] : [[Id, samples[at]]])));
}

async function sampleOne(container: Docker.Container): Promise<UsageSample | undefined> {
  // Docker 20.10 answers once a second, and the first time a second later still.
  const counters = readCgroup(container.id);
  if (counters) return { ...counters, at: Date.now() };
  try {
    // By default Docker takes two samples, a second apart.
    const stats = await container.stats({ stream: false, "one-shot": true });
    return {
      memory: residentBytes(stats.memory_stats),
      cpuTime: stats.cpu_stats.cpu_usage.total_usage,
      at: Date.parse(stats.read),
    };
  } catch {
    return undefined; // it has ended in the meantime
  }
}

/** Pure. */
export function residentBytes({ usage = 0, stats }: MemoryStats): number {
  // Version 1 of cgroups has both: the total includes the groups that the container has made itself.
  const cache = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
  return withoutCache(usage, cache);
}
