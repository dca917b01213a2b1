import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../cli/hints.ts";
import { evaluate as evaluateFor, type Facts, memoryNeeded } from "../../../cli/preflight/evaluate.ts";
import { listeningInodes, portInUse, processOnPort } from "../../../cli/preflight/port-owner.ts";
import { services } from "../../../cli/services.ts";

const GiB = 1024 ** 3;
const project = { name: "commerce-pipeline", configFile: "Pulumi.dev.yaml", config: {} };
const evaluate = (facts: Facts, of: typeof project) =>
  evaluateFor(facts, of, hintsFor({ stack: "NAME" }, {}));
const fine: Facts = {
  ports: [{ key: "kafkaPort", port: 9092, heldBy: undefined }],
  memory: { available: 16 * GiB, where: "on this machine" },
  disk: { available: 100 * GiB, folder: "/var/lib/docker" },
  running: [],
  imagesMissing: true,
  platform: "linux",
};
const whats = (facts: Partial<Facts>) => evaluate({ ...fine, ...facts }, project).map(({ what }) => what);

describe("the preflight", () => {
  it("reports nothing if all is well, or if nothing can be read", () => {
    expect(whats({})).toEqual([]);
    expect(whats({ memory: undefined, disk: undefined, ports: [] })).toEqual([]);
  });

  it("names a port in use, its owner, and the key that changes it", () => {
    const heldBy = { kind: "process", pid: 4711, command: "java -jar kafka.jar" } as const;
    const [problem] = evaluate({ ...fine, ports: [{ key: "kafkaPort", port: 9092, heldBy }] }, project);
    expect(problem?.what).toBe("port 9092 (kafkaPort) is in use by java -jar kafka.jar (process 4711)");
    expect(problem?.todo).toContain("commerce-pipeline:kafkaPort in Pulumi.dev.yaml");
  });

  it("names a container, or a command that finds an unknown owner", () => {
    const held = (heldBy: Facts["ports"][number]["heldBy"], platform = "linux") =>
      evaluate({ ...fine, platform, ports: [{ key: "flinkPort", port: 8081, heldBy }] }, project)[0];
    expect(held({ kind: "container", name: "other" })?.what).toContain("in use by the container other");
    expect(held({ kind: "unknown" })?.todo).toContain("lsof -nP -iTCP:8081");
    expect(held({ kind: "unknown" }, "win32")?.todo).toContain("netstat -ano | findstr :8081");
  });

  it("reports every problem at once", () => {
    const found = whats({
      ports: [9092, 8081].map((port) => ({ key: "x", port, heldBy: { kind: "unknown" } })),
      memory: { available: GiB, where: "for Docker" },
      disk: { available: GiB, folder: "/var/lib/docker" },
    });
    expect(found).toHaveLength(4);
    expect(found[2]).toMatch(/needs about 3\.\d GiB of memory, 1\.0 GiB are free for Docker/);
    expect(found[3]).toContain("8.0 GiB of disk, 1.0 GiB are free at /var/lib/docker");
  });

  it("asks for less disk once the images are there", () => {
    const disk = { available: 3 * GiB, folder: "/" };
    expect(whats({ disk })).toHaveLength(1);
    expect(whats({ disk, imagesMissing: false })).toEqual([]);
  });

  it("counts only services that are not running, and TaskManagers as configured", () => {
    const all = services.filter(({ only }) => !only).map(({ name }) => name);
    expect(memoryNeeded(all, {})).toBe(0);
    expect(memoryNeeded([], {})).toBeLessThanOrEqual(4 * GiB);
    expect(memoryNeeded(all, { highAvailability: "zookeeper" })).toBeGreaterThan(0);
    expect(memoryNeeded(all, { postgresExporter: "false" })).toBe(0);
    expect(memoryNeeded(all, { postgresExporter: "true" })).toBeGreaterThan(0);
    const config = { taskManagers: "3", taskManagerMemory: "2048" };
    const missingTwo = memoryNeeded(
      [...all.filter((name) => name !== "taskmanager"), "taskmanager-1"],
      config,
    );
    expect(missingTwo).toBeCloseTo(2 * 2048 * 1024 * 1024 * 1.1, -3);
  });
});

describe("the owner of a port", () => {
  it("reads only listening sockets from /proc/net/tcp", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1",
      "   1: 0100007F:2384 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 222 1",
      "   2: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1",
    ].join("\n");
    expect(listeningInodes(table, 9092)).toEqual(["111"]);
    expect(listeningInodes(table, 8081)).toEqual(["333"]);
    expect(listeningInodes("", 9092)).toEqual([]);
  });

  it.each(["127.0.0.1", "0.0.0.0"])("sees a listener on %s, and that it is gone", async (host) => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, host, () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    expect(await portInUse(port)).toBe(true);
    if (process.platform === "linux") {
      expect(await processOnPort(port)).toMatchObject({ kind: "process", pid: process.pid });
    }
    await new Promise((resolve) => server.close(resolve));
    expect(await portInUse(port)).toBe(false);
  });

  it("does not report a port as in use that only root may bind", async () => {
    // Port 1 is nobody's; where this runs unprivileged, binding it is refused for another reason.
    const taken = await portInUse(1);
    expect(taken).toBe(false);
  });
});
