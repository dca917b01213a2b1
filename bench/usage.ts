/** CPU and memory of the stack's containers, as Docker reports them. */
import Docker from "dockerode";
import { SERVICES } from "../facts/pipeline.ts";

const { taskManager, jobManager, postgres, kafka } = SERVICES;
export const MEASURED = [taskManager.name, jobManager.name, postgres.name, kafka.name] as const;
export type Service = (typeof MEASURED)[number];

export interface Usage {
  /** Seconds of CPU time. */
  cpu: Record<Service, number>;
  /** Highest MiB of all samples, without page cache that can be dropped. */
  memory: Record<Service, number>;
}

interface Reading {
  cpuSeconds: number;
  memoryMiB: number;
}

const SAMPLE_MS = 1_000;

/** Samples until `stop` is called, which returns the usage since the start. */
export async function watchUsage(
  container: (service: string) => string,
): Promise<{ stop(): Promise<Usage> }> {
  const docker = new Docker();
  const readAll = async () =>
    perService(await Promise.all(MEASURED.map((service) => read(docker, container(service)))));
  const first = await readAll();
  const memory = map(first, ({ memoryMiB }) => memoryMiB);
  const sample = async () => {
    const now = await readAll();
    for (const service of MEASURED) memory[service] = Math.max(memory[service], now[service].memoryMiB);
    return now;
  };
  let sampling: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A failed sample is skipped; only the last one, in `stop`, must not fail.
    sampling = sample().catch(() => undefined);
  }, SAMPLE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await sampling;
      const last = await sample();
      const cpu = map(last, ({ cpuSeconds }, service) => cpuSeconds - first[service].cpuSeconds);
      return { cpu, memory };
    },
  };
}

async function read(docker: Docker, name: string): Promise<Reading> {
  const stats = await docker.getContainer(name).stats({ stream: false, "one-shot": true });
  // Its name differs between the two versions of control groups.
  const { usage, stats: parts } = stats.memory_stats;
  const droppable = parts.total_inactive_file ?? parts.inactive_file ?? 0;
  return {
    cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
    memoryMiB: (usage - droppable) / 1024 ** 2,
  };
}

function perService<T>(values: T[]): Record<Service, T> {
  return Object.fromEntries(MEASURED.map((service, index) => [service, values[index]])) as Record<Service, T>;
}

function map<T, R>(
  values: Record<Service, T>,
  change: (value: T, service: Service) => R,
): Record<Service, R> {
  return perService(MEASURED.map((service) => change(values[service], service)));
}
