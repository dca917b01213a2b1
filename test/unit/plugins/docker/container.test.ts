import type { ContainerInspectInfo } from "dockerode";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { container } from "../../../../plugins/docker/container.ts";
import { createBody, limits } from "../../../../plugins/docker/container-body.ts";
import type { ContainerInputs } from "../../../../plugins/docker/container-spec.ts";
import { observedInputs, outputsOf } from "../../../../plugins/docker/container-state.ts";
import { parseDuration } from "../../../../plugins/docker/duration.ts";

const minimal: ContainerInputs = { name: "c", image: "i" };

describe("createBody", () => {
  it("turns inputs into the engine's request", () => {
    const body = createBody({
      ...minimal,
      command: ["run"],
      entrypoints: ["/bin/sh"],
      envs: ["A=1"],
      labels: [{ label: "l", value: "v" }],
      ports: [
        { internal: 80, external: 8080, ip: "127.0.0.1" },
        { internal: 80, external: 8081 },
        { internal: 53, protocol: "udp" },
      ],
      volumes: [
        { volumeName: "data", containerPath: "/data" },
        { hostPath: "/host", containerPath: "/in", readOnly: true },
      ],
      healthcheck: { tests: ["CMD", "x"], interval: "5s", timeout: "500ms", startPeriod: "1m", retries: 3 },
      memory: 256,
      memorySwap: 256,
      cpus: "1.5",
      shmSize: 64,
      ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
      capabilities: { adds: ["SYS_PTRACE"], drops: ["ALL"] },
      logDriver: "json-file",
      logOpts: { "max-size": "10m" },
      restart: "unless-stopped",
      cgroupnsMode: "host",
    });
    expect(body).toMatchObject({
      name: "c",
      Image: "i",
      Cmd: ["run"],
      Entrypoint: ["/bin/sh"],
      Env: ["A=1"],
      Labels: { l: "v" },
      ExposedPorts: { "80/tcp": {}, "53/udp": {} },
      Healthcheck: { Test: ["CMD", "x"], Interval: 5e9, Timeout: 5e8, StartPeriod: 60e9, Retries: 3 },
      HostConfig: {
        PortBindings: {
          "80/tcp": [
            { HostIp: "127.0.0.1", HostPort: "8080" },
            { HostIp: "0.0.0.0", HostPort: "8081" },
          ],
          "53/udp": [{ HostIp: "0.0.0.0", HostPort: "" }],
        },
        Binds: ["data:/data:rw", "/host:/in:ro"],
        Memory: 256 * 1024 * 1024,
        MemorySwap: 256 * 1024 * 1024,
        NanoCpus: 1.5e9,
        ShmSize: 64 * 1024 * 1024,
        Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
        CapAdd: ["SYS_PTRACE"],
        CapDrop: ["ALL"],
        LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
        RestartPolicy: { Name: "unless-stopped" },
        CgroupnsMode: "host",
      },
    });
  });

  it("never puts the content of an upload into the request, as `docker inspect` would show it", () => {
    const body = createBody({ ...minimal, uploads: [{ file: "/f", content: "s3cret" }] });
    expect(JSON.stringify(body)).not.toContain("s3cret");
  });

  it("omits inputs that are not set, so that the image's values apply", () => {
    const { Cmd, Entrypoint, Healthcheck, User } = createBody(minimal);
    expect([Cmd, Entrypoint, Healthcheck, User]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("limits", () => {
  it("sends swap with every memory limit, as Docker refuses a limit above the current swap", () => {
    expect(limits({ memory: 100 }).MemorySwap).toBe(200 * 1024 * 1024);
    expect(limits({ memory: 100, memorySwap: -1 }).MemorySwap).toBe(-1);
    expect(limits({})).toMatchObject({ Memory: 0, MemorySwap: 0, NanoCpus: 0 });
  });

  it("cannot be removed in place", () => {
    const olds = { inputs: { ...minimal, memory: 100, restart: "always" as const }, outputs: { ...minimal } };
    const raised = container.diff("", olds, { ...minimal, memory: 200, restart: "always" });
    expect(raised).toMatchObject({ changes: true, replaces: [], detailed: { memory: "update" } });
    const removed = container.diff("", olds, { ...minimal, restart: "no" });
    expect(removed).toMatchObject({
      replaces: ["memory"],
      deleteBeforeReplace: true,
      detailed: { memory: "delete-replace", restart: "update" },
    });
  });
});

describe("the observed container", () => {
  const known: ContainerInputs = {
    ...minimal,
    memory: 100,
    restart: "always",
    mustRun: true,
    wait: true,
    networksAdvanced: [{ name: "net", aliases: ["a"] }],
  };

  it("equals its inputs if nothing has changed", () => {
    expect(observedInputs(live(), known)).toEqual(known);
  });

  it.each<[string, Parameters<typeof live>[0], Partial<ContainerInputs>]>([
    ["stopped", { running: false }, { mustRun: false }],
    ["unhealthy", { health: "unhealthy" }, { wait: false }],
    ["renamed", { name: "/other" }, { name: "other" }],
    ["given more memory", { memory: 200 }, { memory: 200 }],
    ["given another restart policy", { restart: "no" }, { restart: "no" }],
    ["disconnected from its network", { networks: {} }, { networksAdvanced: [] }],
  ])("shows that it was %s", (_what, change, expected) => {
    const observed = observedInputs(live(change), known);
    expect(observed).toEqual({ ...known, ...expected });
    const diff = container.diff("", { inputs: observed, outputs: { ...observed } }, known);
    expect(Object.keys(diff.detailed ?? {})).toEqual(Object.keys(expected));
  });

  it("can be imported", () => {
    const imported = observedInputs(live());
    expect(imported).toMatchObject({ name: "c", image: "sha256:1", restart: "always", memory: 100 });
    expect(outputsOf(imported, live())).toMatchObject({
      hostname: "host",
      attach: false,
      networkDatas: [{ networkName: "net", ipAddress: "10.0.0.2" }],
    });
  });

  interface Change {
    name?: string;
    running?: boolean;
    health?: string;
    memory?: number;
    restart?: string;
    networks?: object;
  }

  function live(change: Change = {}): ContainerInspectInfo {
    const { name = "/c", running = true, health = "healthy", memory = 100, restart = "always" } = change;
    const { networks = { net: { NetworkID: "n1", IPAddress: "10.0.0.2" } } } = change;
    return {
      Name: name,
      Image: "sha256:1",
      State: { Running: running, Health: { Status: health }, ExitCode: 0 },
      Config: { Hostname: "host", Cmd: null },
      HostConfig: { RestartPolicy: { Name: restart }, Memory: memory * 1024 * 1024 },
      NetworkSettings: { Networks: networks },
    } as unknown as ContainerInspectInfo;
  }
});

describe("durations", () => {
  it("are read as Go writes them", () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59), fc.nat(999), (h, m, s, ms) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(((h * 60 + m) * 60 + s) * 1e9 + ms * 1e6);
      }),
    );
    expect([parseDuration("1.5s"), parseDuration("0"), parseDuration("250ms")]).toEqual([1.5e9, 0, 25e7]);
  });

  it.each(["", "5", "5 s", "s", "5d", "-1s", "5s!"])("cannot be written as %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it("are checked before anything is created", async () => {
    const inputs = { ...minimal, healthcheck: { tests: ["CMD", "x"], interval: "5" } };
    const { failures } = (await container.check?.(inputs, undefined)) ?? {};
    expect(failures).toEqual([
      { property: "healthcheck.interval", reason: '"5" is not a duration such as 5s or 1m30s' },
    ]);
  });
});
