import * as path from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { LABELS, PROJECT, SERVICES, type Service } from "../../facts/pipeline.ts";
import { type ContainerInputs, containers, type Declared, declare, OWNER, SECRET, STACK } from "./program.ts";

// A declaration takes half a second on an idle machine and several on a busy one.
vi.setConfig({ testTimeout: 30_000 });
afterEach(() => vi.unstubAllEnvs());

describe("the declared pipeline", () => {
  let declared: Declared[];
  let services: Map<string, ContainerInputs>;

  beforeAll(async () => {
    vi.stubEnv("DOCKER_DEFAULT_PLATFORM", undefined);
    declared = await declare();
    services = containers(declared);
  });

  it("has one container for each service, and no Agent without an API key", () => {
    const always = Object.values<Service>(SERVICES).filter(({ only }) => only === undefined);
    expect([...services.keys()].sort()).toEqual(always.map(({ name }) => name).sort());
  });

  it("publishes the default ports, on loopback only", () => {
    const ports = [...services.values()].flatMap((service) => service.ports ?? []);
    expect(ports.map((port) => port.external).sort((a, b) => a - b)).toEqual([5050, 5432, 8081, 8083, 9092]);
    expect(ports.map((port) => port.ip)).toEqual(ports.map(() => "127.0.0.1"));
  });

  it("bounds every container: memory without extra swap, logs, a health check, a wait, a restart", () => {
    for (const [name, service] of services) {
      expect(service, name).toMatchObject({ restart: "unless-stopped", wait: true });
      expect(service.memory, name).toBeGreaterThan(0);
      expect(service.memorySwap, name).toBe(service.memory);
      expect(service.waitTimeout, name).toBeGreaterThan(0);
      expect(service.healthcheck?.tests, name).toEqual([
        "CMD",
        "sh",
        "-c",
        expect.any(String),
        expect.any(String),
      ]);
      expect(service.logOpts?.["max-size"], name).toBeDefined();
    }
  });

  it("writes durations as Docker's client prints them, or each refresh would see a change", () => {
    for (const [name, { healthcheck }] of services) {
      const durations = [healthcheck?.interval, healthcheck?.timeout, healthcheck?.startPeriod];
      for (const duration of durations) expect(duration, name).toMatch(/^(\d+m)?[1-5]?\ds$/);
    }
  });

  it("stays within the memory that the dev stack may use", () => {
    const total = [...services.values()].reduce((sum, service) => sum + (service.memory ?? 0), 0);
    expect(total).toBeLessThanOrEqual(6 * 1024);
  });

  it("shows no secret where `docker inspect` would: environment, labels, commands", () => {
    for (const [name, { uploads: _uploads, ...visible }] of services) {
      expect(JSON.stringify(visible), name).not.toContain(SECRET);
    }
    const uploaded = [...services.values()].flatMap((service) => service.uploads ?? []);
    expect(uploaded.some((file) => file.content.includes(SECRET))).toBe(true);
  });

  it("puts no secret into the SQL or the job's settings", () => {
    const job = declared.find((resource) => resource.type === "commerce:flink:StatementSet");
    // The connection to the database is sent to the provider as a secret, and never to Flink.
    const { sinkDatabase, ...shown } = job?.inputs ?? {};
    expect(JSON.stringify(sinkDatabase)).toContain(SECRET);
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });

  it("mounts nothing from the host", () => {
    const mounts = [...services.values()].flatMap((service) => service.volumes ?? []);
    expect(mounts.filter((mount) => mount.hostPath !== undefined)).toEqual([]);
  });

  it("labels everything in Docker with project, stack and owner, and names it after them", () => {
    const inDocker = declared.filter((resource) =>
      /^docker:index\/(container|network|volume):/.test(resource.type),
    );
    const folder = path.resolve(import.meta.dirname, "../..");
    for (const { name, inputs } of inDocker) {
      expect(inputs.name, name).toMatch(/^commerce-pipeline-dev/);
      expect(inputs.labels, name).toEqual(
        expect.arrayContaining([
          { label: LABELS.project, value: PROJECT },
          { label: LABELS.stack, value: STACK },
          { label: LABELS.owner, value: OWNER },
          { label: LABELS.folder, value: folder },
        ]),
      );
    }
  });

  it("does not replace a volume or network for its labels, nor the owner in another checkout", () => {
    const ignored = (type: string) =>
      declared.filter((resource) => resource.type === type).map(({ opts }) => opts.ignoreChanges);
    const volumes = ignored("docker:index/volume:Volume");
    expect(volumes).toEqual(volumes.map(() => ["labels"]));
    expect(ignored("docker:index/network:Network")).toEqual([["labels"]]);
    expect(ignored("random:index/randomUuid:RandomUuid")).toEqual([["keepers"]]);
  });

  it("asks each service itself whether it is healthy", () => {
    const asked = Object.fromEntries(
      [...services].map(([name, { healthcheck }]) => [name, healthcheck?.tests.at(-1)]),
    );
    expect(asked).toEqual({
      kafka: expect.stringContaining("/dev/tcp/localhost/29092"),
      postgres: expect.stringMatching(/psql --host=postgres .*--dbname=kafka_commerce .*SELECT/),
      pgadmin: expect.stringContaining("GET /misc/ping "),
      jobmanager: expect.stringContaining("GET /overview "),
      taskmanager: expect.stringMatching(
        /jobmanager\/8081.*GET \/taskmanagers .*hostname -i.*tcp\/\$ip\/\$port/,
      ),
      "sql-gateway": expect.stringContaining("GET /info "),
      producer: expect.stringContaining("/tmp/healthy"),
    });
  });

  it("waits for containers and the job as long as startTimeout says", async () => {
    const declared = await declare({ startTimeout: 600 });
    for (const [name, { waitTimeout }] of containers(declared)) expect(waitTimeout, name).toBe(600);
    const job = declared.find(({ type }) => type === "commerce:flink:StatementSet");
    expect(job?.inputs.startTimeoutSeconds).toBe(600);
  });

  it("starts pgAdmin by a script that is part of the program", () => {
    const pgadmin = services.get("pgadmin");
    const [, script] = pgadmin?.entrypoints ?? [];
    expect(pgadmin?.uploads?.find(({ file }) => file === script)?.content).toContain(
      'os.execv("/entrypoint.sh"',
    );
  });

  it("uses official images by exact version", () => {
    const names = declared
      .filter((resource) => resource.type === "docker:index/remoteImage:RemoteImage")
      .map((resource) => resource.inputs.name as string);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/:\d+\.\d+/);
  });

  it("runs each container from the id of the image that was pulled or built for it", () => {
    const images = [...services].map(([name, { image }]) => [name, image]);
    expect(Object.fromEntries(images)).toEqual({
      kafka: "sha256:kafka-build",
      postgres: "sha256:postgres-image",
      pgadmin: "sha256:pgadmin-image",
      jobmanager: "sha256:flink-build",
      taskmanager: "sha256:flink-build",
      "sql-gateway": "sha256:flink-build",
      producer: "sha256:producer-build",
    });
  });

  it("builds images for Docker's default platform, or else for this machine's", async () => {
    const platforms = (resources: Declared[]) =>
      resources
        .filter(({ type }) => type === "docker:index/image:Image")
        .map(({ inputs }) => (inputs.build as { platform: string }).platform);
    const own = process.arch === "x64" ? "linux/amd64" : `linux/${process.arch}`;
    expect(platforms(declared)).toEqual([own, own, own]);
    vi.stubEnv("DOCKER_DEFAULT_PLATFORM", "linux/s390x");
    expect(platforms(await declare())).toEqual(["linux/s390x", "linux/s390x", "linux/s390x"]);
  });

  it("renders every placeholder of the SQL", () => {
    const job = declared.find((resource) => resource.type === "commerce:flink:StatementSet");
    const files = job?.inputs.files as { path: string; sql: string }[];
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(file.sql, file.path).not.toContain("${");
  });
});
