/** What the kernel has counted of a container, if Docker runs on this machine. */
import { join } from "node:path";
import { readIfThere } from "./read-if-there.ts";

export interface Counters {
  /** Resident bytes, without the page cache, which the kernel can reclaim. */
  readonly memory: number;
  /** Nanoseconds of CPU time since the container was started. */
  readonly cpuTime: number;
}

/**
 * Reads a container's cgroup, of version 2 or 1. Docker's cgroup driver decides which of two names it has.
 *
 * @param id the container's full id
 * @param root where the kernel shows cgroups
 * @returns undefined if there is none, as when Docker runs in a virtual machine or elsewhere
 */
export function readCgroup(id: string, root = "/sys/fs/cgroup"): Counters | undefined {
  for (const cgroup of [`docker/${id}`, `system.slice/docker-${id}.scope`]) {
    const counters = readVersion2(join(root, cgroup)) ?? readVersion1(root, cgroup);
    if (counters) return counters;
  }
  return undefined;
}

function readVersion2(folder: string): Counters | undefined {
  const cpu = readIfThere(join(folder, "cpu.stat"));
  const memory = readIfThere(join(folder, "memory.current"));
  const stat = readIfThere(join(folder, "memory.stat"));
  if (cpu === undefined || memory === undefined || stat === undefined) return undefined;
  return {
    memory: withoutCache(Number(memory), fieldOf(stat, "inactive_file")),
    cpuTime: fieldOf(cpu, "usage_usec") * 1_000,
  };
}

function readVersion1(root: string, cgroup: string): Counters | undefined {
  const cpu = readIfThere(join(root, "cpuacct", cgroup, "cpuacct.usage"));
  const memory = readIfThere(join(root, "memory", cgroup, "memory.usage_in_bytes"));
  const stat = readIfThere(join(root, "memory", cgroup, "memory.stat"));
  if (cpu === undefined || memory === undefined || stat === undefined) return undefined;
  return { memory: withoutCache(Number(memory), fieldOf(stat, "total_inactive_file")), cpuTime: Number(cpu) };
}

/** As `docker stats` counts: without the page cache, which the kernel can reclaim. */
export const withoutCache = (bytes: number, cache: number): number => Math.max(0, bytes - cache);

/** A field of a file with a name and a number in each line; 0 if it is not there. */
function fieldOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
