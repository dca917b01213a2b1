import * as path from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { configKeys } from "../../facts/config/keys.ts";
import {
  CONSUMER_GROUP,
  KAFKA_JMX,
  LABELS,
  PROJECT,
  SERVICES,
  type Service,
  TOPIC,
  USERS,
} from "../../facts/pipeline.ts";
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
      expect(service.healthcheck?.tests[0], name).toBe("CMD-SHELL");
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
      [...services].map(([name, { healthcheck }]) => [name, healthcheck?.tests[1]]),
    );
    expect(asked).toEqual({
      kafka: expect.stringContaining("/dev/tcp/localhost/29092"),
      postgres: expect.stringMatching(/psql --host=postgres .*--dbname=kafka_commerce .*SELECT/),
      pgadmin: expect.stringContaining("GET /misc/ping "),
      jobmanager: expect.stringContaining("GET /overview "),
      taskmanager: expect.stringMatching(/jobmanager\/8081.*GET \/taskmanagers .*hostname -i/),
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
      kafka: "sha256:kafka-image",
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
    expect(platforms(declared)).toEqual([own, own]);
    vi.stubEnv("DOCKER_DEFAULT_PLATFORM", "linux/s390x");
    expect(platforms(await declare())).toEqual(["linux/s390x", "linux/s390x"]);
  });

  it("renders every placeholder of the SQL", () => {
    const job = declared.find((resource) => resource.type === "commerce:flink:StatementSet");
    const files = job?.inputs.files as { path: string; sql: string }[];
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(file.sql, file.path).not.toContain("${");
  });
});

describe("the Datadog Agent", () => {
  const declaredWithKey = () => declare({ datadogSite: "datadoghq.eu" }, "the-api-key");

  it("is part of the stack when an API key is configured, and nothing waits for it", async () => {
    const agent = containers(await declaredWithKey()).get("datadog-agent");
    expect(agent).toMatchObject({ wait: false, pidMode: "host", cgroupnsMode: "host" });
    expect(agent?.envs).toEqual(expect.arrayContaining(["DD_SITE=datadoghq.eu", "DD_ENV=dev"]));
  });

  it("mounts what Datadog documents, read-only", async () => {
    const agent = containers(await declaredWithKey()).get("datadog-agent");
    const mounts = (agent?.volumes ?? []).map(
      ({ hostPath, containerPath }) => `${hostPath} -> ${containerPath}`,
    );
    expect(mounts.sort()).toEqual([
      "/etc/passwd -> /etc/passwd",
      "/proc -> /host/proc",
      "/sys/fs/cgroup -> /host/sys/fs/cgroup",
      "/var/lib/docker/containers -> /var/lib/docker/containers",
      "/var/run/docker.sock -> /var/run/docker.sock",
    ]);
    expect(agent?.volumes?.every(({ readOnly }) => readOnly)).toBe(true);
  });

  it("receives keys and passwords as files only", async () => {
    const services = containers(await declaredWithKey());
    for (const [name, { uploads: _uploads, ...visible }] of services) {
      expect(JSON.stringify(visible), name).not.toContain("the-api-key");
      expect(JSON.stringify(visible), name).not.toContain(SECRET);
    }
    const agent = services.get("datadog-agent");
    const files = Object.fromEntries((agent?.uploads ?? []).map(({ file, content }) => [file, content]));
    expect(files).toEqual({
      "/run/secrets/datadog-api-key": "the-api-key",
      "/run/secrets/postgres-password": SECRET,
      "/run/secrets/kafka-jmx-password": SECRET,
    });
  });

  it("has a file for each secret that it is told to read", async () => {
    const services = containers(await declaredWithKey());
    const agent = services.get("datadog-agent");
    const text = JSON.stringify([...services.values()].map(({ labels, envs }) => [labels, envs]));
    const named = new Set([...text.matchAll(/ENC\[([^\]]+)\]/g)].map(([, name]) => `/run/secrets/${name}`));
    expect([...named].sort()).toEqual((agent?.uploads ?? []).map(({ file }) => file).sort());
    expect(agent?.envs).toContain("DD_SECRET_BACKEND_TYPE=docker.secrets");
  });

  it("looks at the stack's containers and at no others", async () => {
    const services = containers(await declare({ taskManagers: 2, highAvailability: "zookeeper" }, "key"));
    const envs = services.get("datadog-agent")?.envs ?? [];
    expect(envs).toContain("DD_CONTAINER_EXCLUDE=name:.*");
    const prefix = "DD_CONTAINER_INCLUDE=name:";
    const pattern = new RegExp(envs.find((env) => env.startsWith(prefix))?.slice(prefix.length) ?? "");
    for (const { name } of services.values()) expect(name).toMatch(pattern);
    for (const other of [
      "postgres",
      "commerce-pipeline-dev-2-kafka",
      "commerce-pipeline-demo-kafka",
      "my-commerce-pipeline-dev-kafka",
      "commerce-pipeline-dev-kafka-exporter",
    ]) {
      expect(other).not.toMatch(pattern);
    }
  });

  it("reads statistics, and the tables that account for events", async () => {
    const declared = await declaredWithKey();
    const role = declared.find(
      ({ type, name }) => type === "postgresql:index/role:Role" && name === USERS.datadog,
    );
    expect(role?.inputs.roles).toEqual(["pg_monitor"]);
    const grants = declared.filter(
      ({ type, inputs }) => type.startsWith("postgresql:") && inputs.role === USERS.datadog,
    );
    expect(grants.map(({ inputs }) => [inputs.objectType, inputs.privileges, inputs.objects])).toEqual([
      ["schema", ["USAGE"], undefined],
      ["table", ["SELECT"], ["dead_letters", "duplicates", "events_read", "proof_events", "transactions"]],
    ]);
  });

  it("changes no other container, so that adding it restarts nothing", async () => {
    const without = containers(await declare());
    const services = containers(await declare({}, "the-api-key"));
    expect(services.delete("datadog-agent")).toBe(true);
    expect(Object.fromEntries(services)).toEqual(Object.fromEntries(without));
  });
});

describe("Datadog's dashboard and monitors", () => {
  const ofDatadog = (declared: Declared[]) =>
    declared.filter(({ type }) => type.startsWith("datadog:") || type === "pulumi:providers:datadog");

  it("are part of the stack only with an application key", async () => {
    expect(ofDatadog(await declare({}, "the-api-key"))).toEqual([]);
    const types = ofDatadog(await declare({}, "the-api-key", "the-app-key")).map(({ type }) => type);
    const counts = new Map<string, number>();
    for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      "pulumi:providers:datadog": 1,
      "datadog:index/dashboardJson:DashboardJson": 1,
      "datadog:index/monitor:Monitor": 6,
      "datadog:index/serviceLevelObjective:ServiceLevelObjective": 1,
    });
  });

  it("are about this stack, on the configured site", async () => {
    const declared = ofDatadog(await declare({ datadogSite: "datadoghq.eu" }, "key", "app-key"));
    const provider = declared.find(({ type }) => type === "pulumi:providers:datadog");
    expect(provider?.inputs).toMatchObject({ apiUrl: "https://api.datadoghq.eu/", appKey: "app-key" });
    for (const { name, inputs } of declared) {
      expect(JSON.stringify(inputs), name).not.toContain("${");
      const queries = [inputs.query, ...JSON.stringify(inputs).matchAll(/\{env:(\w+)/g)].flat();
      if (typeof inputs.query === "string") expect(queries, name).toContain(STACK);
    }
    const objective = declared.find(({ type }) => type.endsWith(":ServiceLevelObjective"));
    expect(objective?.inputs.monitorIds).toHaveLength(1);
  });

  it("restart nothing", async () => {
    const without = containers(await declare({}, "the-api-key"));
    expect(containers(await declare({}, "the-api-key", "the-app-key"))).toEqual(without);
  });
});

describe("what Datadog is told of each container", () => {
  it("is environment, service and version, and the source of its log", async () => {
    const services = containers(await declare({ taskManagers: 2 }, "key"));
    const told = [...services].map(([name, { labels }]) => {
      const of = Object.fromEntries(labels.map(({ label, value }) => [label, value]));
      const [log] = JSON.parse(of["com.datadoghq.ad.logs"] ?? "[]");
      expect(log.service, name).toBe(of["com.datadoghq.tags.service"]);
      expect(of["com.datadoghq.tags.env"], name).toBe(STACK);
      expect(of["com.datadoghq.tags.version"], name).toMatch(/^\d+\.\d+/);
      return [name, `${log.service} ${log.source}`];
    });
    expect(Object.fromEntries(told)).toEqual({
      kafka: "kafka kafka",
      jobmanager: "jobmanager flink",
      taskmanager: "taskmanager flink",
      "taskmanager-2": "taskmanager flink",
      "sql-gateway": "sql-gateway flink",
      postgres: "postgres postgresql",
      pgadmin: "pgadmin pgadmin",
      producer: "producer nodejs",
      "datadog-agent": "datadog-agent agent",
    });
  });
});

describe("the services' metrics", () => {
  it("are served inside the stack's network only", async () => {
    const services = containers(await declare());
    const published = [...services.values()].flatMap(({ ports = [] }) =>
      ports.map(({ internal }) => internal),
    );
    for (const service of Object.values<Service>(SERVICES))
      if (service.metricsPort !== undefined) expect(published).not.toContain(service.metricsPort);
    expect(published).not.toContain(KAFKA_JMX.port);
  });

  it("come from Flink's Prometheus reporter, and from the producer", async () => {
    const services = containers(await declare());
    for (const name of ["jobmanager", "taskmanager"]) {
      const properties = services.get(name)?.envs?.find((env) => env.startsWith("FLINK_PROPERTIES="));
      expect(properties, name).toContain("prometheus.PrometheusReporterFactory\n");
      expect(properties, name).toContain(
        `metrics.reporter.prometheus.port: ${SERVICES[name === "jobmanager" ? "jobManager" : "taskManager"].metricsPort}`,
      );
    }
    expect(services.get("producer")?.envs).toContain(`METRICS_PORT=${SERVICES.producer.metricsPort}`);
  });

  it("are also sent by OTLP, with traces, when there is an endpoint", async () => {
    const envsOf = async (config: { otlpEndpoint?: string }) => {
      const services = containers(await declare(config));
      return ["jobmanager", "producer"].flatMap((name) => services.get(name)?.envs ?? []).join("\n");
    };
    expect(await envsOf({})).not.toMatch(/otel|otlp/i);
    const envs = await envsOf({ otlpEndpoint: "http://collector:4318" });
    expect(envs).toContain("metrics.reporter.otlp.exporter.endpoint: http://collector:4318/v1/metrics\n");
    expect(envs).toContain("traces.reporter.otlp.exporter.endpoint: http://collector:4318/v1/traces\n");
    expect(envs).toContain("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318\n");
  });

  it("need a password in Kafka, whose user can change nothing", async () => {
    const kafka = containers(await declare()).get("kafka");
    const options = kafka?.envs?.find((env) => env.startsWith("KAFKA_OPTS=")) ?? "";
    expect(options).toContain("-Dcom.sun.management.jmxremote.authenticate=true");
    expect(options).toContain(`-Dcom.sun.management.jmxremote.port=${KAFKA_JMX.port} `);
    const files = Object.fromEntries((kafka?.uploads ?? []).map(({ file, content }) => [file, content]));
    expect(files["/etc/kafka-jmx/access"]).toBe("monitor readonly\n");
    expect(files["/run/secrets/kafka-jmx-password"]).toBe(`monitor ${SECRET}\n`);
  });
});

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

describe("configuration that changes the graph", () => {
  it("is read by the program, every key of it", async () => {
    const read = new Set<string>();
    await declare({}, "key", "app-key", read);
    const others = ["datadogApiKey", "datadogAppKey"]; // infra/index.ts hands them over as secrets.
    expect([...read, ...others].sort()).toEqual(
      configKeys()
        .map(([name]) => name)
        .sort(),
    );
  });

  it("spreads the task slots over several TaskManagers", async () => {
    const services = containers(await declare({ taskManagers: 2, parallelism: 3 }));
    expect([...services.keys()].filter((name) => name.startsWith("taskmanager"))).toEqual([
      "taskmanager",
      "taskmanager-2",
    ]);
    const properties = services.get("taskmanager")?.envs?.find((env) => env.startsWith("FLINK_PROPERTIES="));
    expect(properties).toContain("taskmanager.numberOfTaskSlots: 2");
  });

  it("does not touch the first TaskManager when a second is added", async () => {
    const taskManager = async (taskManagers: number) =>
      (await declare({ taskManagers })).find(({ name }) => name === "flink-taskmanager")?.inputs;
    const alone = await taskManager(1);
    expect(alone).toMatchObject({ name: "commerce-pipeline-dev-taskmanager" });
    expect(await taskManager(2)).toEqual(alone);
  });

  it("does not replace the JobManager when the job's size changes", async () => {
    const small = containers(await declare());
    const large = containers(
      await declare({ parallelism: 4, taskManagerMemory: 4096, deduplicationTtl: 1, eventsPerSecond: 9 }),
    );
    expect(large.get("jobmanager")).toEqual(small.get("jobmanager"));
    expect(large.get("sql-gateway")).toEqual(small.get("sql-gateway"));
    expect(large.get("taskmanager")).not.toEqual(small.get("taskmanager"));
  });

  it("passes rate and seed to the producer", async () => {
    const services = containers(await declare({ eventsPerSecond: 200, producerSeed: 7 }));
    expect(services.get("producer")?.envs).toEqual(expect.arrayContaining(["RATE=200", "SEED=7"]));
  });

  it("passes partitions to the topic and parallelism to the job", async () => {
    const declared = await declare({ partitions: 4, parallelism: 2 });
    expect(declared.find(({ type }) => type === "commerce:kafka:Topic")?.inputs.partitions).toBe(4);
    const job = declared.find(({ type }) => type === "commerce:flink:StatementSet");
    expect(job?.inputs.settings).toMatchObject({ "parallelism.default": "2" });
  });

  it("passes the job's options and its source to the job", async () => {
    const asked = {
      desiredState: "paused",
      upgradePolicy: "replay",
      savepointTrigger: "a",
      replayTrigger: "b",
      replayFrom: "2026-01-31T12:00:00Z",
      savepointsKept: 7,
      healthSeconds: 20,
      acceptLoss: "c",
    } as const;
    const declared = await declare({ ...asked, allowDestructive: true });
    expect(declared.find(({ type }) => type === "commerce:flink:StatementSet")?.inputs).toMatchObject({
      ...asked,
      source: {
        bootstrapServers: ["127.0.0.1:9092"],
        topic: TOPIC,
        consumerGroup: CONSUMER_GROUP,
      },
    });
    const schema = declared.find(({ type }) => type === "commerce:postgres:Schema");
    expect(schema?.inputs.allowDestructive).toBe(true);
    const topic = declared.find(({ type }) => type === "commerce:kafka:Topic");
    expect(topic?.inputs.allowDestructive).toBe(true);
  });

  it("tells the job which topic it reads, by Kafka's id", async () => {
    const job = (await declare()).find(({ type }) => type === "commerce:flink:StatementSet");
    expect(job?.inputs.topicId).toBe("topic-of-kafka");
  });

  it("keeps events for ever, or for retentionHours", async () => {
    const retention = async (config: { retentionHours?: number }) => {
      const topic = (await declare(config)).find(({ type }) => type === "commerce:kafka:Topic");
      return topic?.inputs.config;
    };
    expect(await retention({})).toMatchObject({ "retention.ms": "-1" });
    expect(await retention({ retentionHours: 48 })).toMatchObject({ "retention.ms": "172800000" });
    // Else the offset of a partition without events would expire before the events do.
    const envs = containers(await declare()).get("kafka")?.envs ?? [];
    expect(envs).toContain("KAFKA_OFFSETS_RETENTION_MINUTES=5256000");
  });

  it("timestamps events by the broker's clock", async () => {
    const topic = (await declare()).find(({ type }) => type === "commerce:kafka:Topic");
    expect(topic?.inputs.config).toMatchObject({ "message.timestamp.type": "LogAppendTime" });
  });

  it.each([true, false])("numbers deliveries only to de-duplicate (%s)", async (deduplicate) => {
    const declared = await declare({ deduplicate, deduplicationTtl: 0.5, latestEventDate: "2030-12-31" });
    const job = declared.find(({ type }) => type === "commerce:flink:StatementSet");
    const sql = ((job?.inputs.files ?? []) as { sql: string }[]).map((file) => file.sql).join("\n");
    expect(sql.match(/^CREATE VIEW deliveries /gm)).toHaveLength(1);
    expect(sql.includes("PARTITION BY transactionId")).toBe(deduplicate);
    expect(sql).toContain("'commerce-event.latest-date' = '2030-12-31'");
    expect(job?.inputs.settings).toMatchObject({ "table.exec.state.ttl": "1800 s" });
  });
});
