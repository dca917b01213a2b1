import { readdir, readFile, readlink } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import type { PortOwner } from "./evaluate.ts";

/** Whether something on this machine listens on the port. */
export async function portInUse(port: number): Promise<boolean> {
  // Both checks: on macOS, binding succeeds beside a listener on all addresses; connecting misses a listener that
  // does not accept.
  return (await connects(port)) || !(await binds(port));
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: 500 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(true));
    socket.once("error", () => end(false));
  });
}

function binds(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Only "in use" counts: Docker may bind ports below 1024, which this process may not.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The process that listens on `port`, where that can be read: on Linux, for processes that this user may inspect. */
export async function processOnPort(port: number): Promise<PortOwner> {
  try {
    const inodes = new Set<string>();
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
      for (const inode of listeningInodes(await readFile(table, "utf8").catch(() => ""), port)) {
        inodes.add(inode);
      }
    }
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      if (await holdsSocket(pid, inodes)) {
        return { kind: "process", pid: Number(pid), command: await commandOf(pid) };
      }
    }
  } catch {
    // No /proc: not Linux.
  }
  return { kind: "unknown" };
}

/** Inodes of the sockets that listen on `port`, from the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const listening = "0A";
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, local, , state]) =>
        state === listening && Number.parseInt(local?.split(":").at(-1) ?? "", 16) === port,
    )
    .flatMap((fields) => fields[9] ?? []);
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    const target = await readlink(`${folder}/${fd}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const line = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim();
  const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
  const shown = line || name || "a process";
  return shown.length > 60 ? `${shown.slice(0, 59)}…` : shown;
}
