import { describe, expect, it, vi } from "vitest";
import { containers, type Declared, declare, SECRET } from "./program.ts";

// A declaration takes half a second on an idle machine and several on a busy one.
vi.setConfig({ testTimeout: 30_000 });

describe("destroy", () => {
  const optionsOf = (declared: Declared[], type: string) =>
    declared.filter((resource) => resource.type === type).map(({ name, opts }) => ({ name, ...opts }));
  const volume = "docker:index/volume:Volume";
  const kept = (declared: Declared[]) =>
    optionsOf(declared, volume).flatMap(({ name, retainOnDelete }) => (retainOnDelete ? [name] : []));

  it("is the only way to delete a volume: changed labels do not replace it", async () => {
    for (const { name, ignoreChanges } of optionsOf(await declare(), volume))
      expect(ignoreChanges, name).toContain("labels");
  });

  it("with retain, leaves the data, and deletes the job before its cluster, for a final savepoint", async () => {
    const declared = await declare({ onDestroy: "retain" });
    expect(kept(declared).sort()).toEqual(["flink-state", "kafka-data", "postgres-data"]);
    const [job] = optionsOf(declared, "commerce:flink:StatementSet");
    expect(job?.deletedWith).toBeUndefined();
    expect(declared.find(({ name }) => name === "job")?.inputs.onDestroy).toBe("retain");
  });

  it("with retain, drops the roles, which would conflict with those of the next up", async () => {
    const roles = (declared: Declared[]) => declared.filter(({ type }) => type.startsWith("postgresql:"));
    const retained = roles(await declare({ onDestroy: "retain" }));
    expect(retained.length).toBeGreaterThan(0);
    for (const { name, opts } of retained) expect(opts.deletedWith, name).toBeUndefined();
    for (const { name, opts } of roles(await declare())) expect(opts.deletedWith, name).toBeDefined();
  });

  it("with purge, leaves nothing, and deletes the job with its cluster", async () => {
    const declared = await declare();
    expect(kept(declared)).toEqual([]);
    const [job] = optionsOf(declared, "commerce:flink:StatementSet");
    expect(job?.deletedWith).toBeDefined();
  });

  it("with retain, lets the next Postgres set the current password on existing data", async () => {
    const postgres = containers(await declare()).get("postgres");
    expect(postgres?.command).toEqual(["sh", "/usr/local/bin/start-postgres.sh", "postgres"]);
    const script = postgres?.uploads?.find(({ file }) => file === postgres.command?.[1]);
    expect(script?.content).toContain("ALTER ROLE");
    expect(script?.content).not.toContain(SECRET);
  });
});

describe("high availability", () => {
  it("adds a ZooKeeper that every process of the cluster knows", async () => {
    const services = containers(await declare({ highAvailability: "zookeeper" }));
    expect(services.get("zookeeper")).toMatchObject({ memory: 256, restart: "unless-stopped" });
    for (const name of ["jobmanager", "taskmanager", "sql-gateway"]) {
      const properties = services.get(name)?.envs?.find((env) => env.startsWith("FLINK_PROPERTIES="));
      expect(properties, name).toContain("high-availability.type: zookeeper\n");
      expect(properties, name).toContain("high-availability.zookeeper.quorum: zookeeper:2181\n");
      expect(properties, name).toContain("file:///opt/flink/state/high-availability\n");
    }
  });

  it("adds nothing when it is off", async () => {
    const services = containers(await declare());
    expect(services.has("zookeeper")).toBe(false);
    expect(JSON.stringify([...services.values()])).not.toContain("high-availability");
  });
});
