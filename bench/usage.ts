/** What the stack's containers use, as Docker accounts for it. */
import Docker from "dockerode";

export const SERVICES = ["taskmanager", "jobmanager", "postgres", "kafka"] as const;
export type Service = (typeof SERVICES)[number];

export interface Usage {
  /** Seconds of CPU time. */
  cpu: Record<Service, number>;
  /** The most MiB at any look, page cache that can be dropped not counted. */
  memory: Record<Service, number>;
}

interface Reading {
  cpuSeconds: number;
  memoryMiB: number;
}

const LOOK_MS = 1_000;

/** Watches until `stop` is called, which gives what was used in between. */
export async function watchUsage(
  container: (service: string) => string,
): Promise<{ stop(): Promise<Usage> }> {
  const docker = new Docker();
  const readAll = async () =>
    perService(await Promise.all(SERVICES.map((service) => read(docker, container(service)))));
  const first = await readAll();
  const memory = map(first, ({ memoryMiB }) => memoryMiB);
  const look = async () => {
    const now = await readAll();
    for (const service of SERVICES) memory[service] = Math.max(memory[service], now[service].memoryMiB);
    return now;
  };
  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A look that fails is one look less; the last one, in stop, must not fail.
    looking = look().catch(() => undefined);
  }, LOOK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      const last = await look();
      const cpu = map(last, ({ cpuSeconds }, service) => cpuSeconds - first[service].cpuSeconds);
      return { cpu, memory };
    },
  };
}

async function read(docker: Docker, name: string): Promise<Reading> {
  const stats = await docker.getContainer(name).stats({ stream: false, "one-shot": true });
  // The name of what can be dropped differs between the two versions of control groups.
  const { usage, stats: parts } = stats.memory_stats;
  const droppable = parts.total_inactive_file ?? parts.inactive_file ?? 0;
  return {
    cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
    memoryMiB: (usage - droppable) / 1024 ** 2,
  };
}

function perService<T>(values: T[]): Record<Service, T> {
  return Object.fromEntries(SERVICES.map((service, index) => [service, values[index]])) as Record<Service, T>;
}

function map<T, R>(
  values: Record<Service, T>,
  change: (value: T, service: Service) => R,
): Record<Service, R> {
  return perService(SERVICES.map((service) => change(values[service], service)));
}
