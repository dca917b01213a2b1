import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import {
  DATADOG_MONITORING,
  KAFKA_JMX,
  PROJECT,
  SERVICES,
  type Service,
  USERS,
} from "../../facts/pipeline.ts";
import { loadConfig } from "../../infra/config.ts";
import { type ContainerInputs, containers, type Declared, declare, SECRET, STACK } from "./program.ts";

// A declaration takes half a second on an idle machine and several on a busy one.
vi.setConfig({ testTimeout: 30_000 });

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
    const every = { taskManagers: 2, highAvailability: "zookeeper", postgresExporter: true } as const;
    const services = containers(await declare(every, "key"));
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

  it("changes nothing but the producer's environment, so that adding it restarts nothing else", async () => {
    const without = containers(await declare());
    const services = containers(await declare({}, "the-api-key"));
    expect(services.delete("datadog-agent")).toBe(true);
    const own = without.get("producer")?.envs ?? [];
    const producer = services.get("producer");
    expect(producer?.envs).toEqual(expect.arrayContaining(own));
    services.set("producer", { ...(producer as ContainerInputs), envs: own });
    expect(Object.fromEntries(services)).toEqual(Object.fromEntries(without));
  });

  it("is told of the producer's data stream, on a port that is not published", async () => {
    const services = containers(await declaredWithKey());
    const agent = services.get("datadog-agent");
    expect(agent?.ports).toBeUndefined();
    expect(agent?.envs).toEqual(
      expect.arrayContaining(["DD_APM_ENABLED=true", "DD_APM_NON_LOCAL_TRAFFIC=true"]),
    );
    const port = agent?.envs?.find((env) => env.startsWith("DD_APM_RECEIVER_PORT="))?.split("=")[1];
    const producer = services.get("producer");
    expect(producer?.envs).toEqual(
      expect.arrayContaining([
        "NODE_OPTIONS=--import=dd-trace/initialize.mjs",
        "DD_DATA_STREAMS_ENABLED=true",
        `DD_AGENT_HOST=${agent?.networksAdvanced?.[0]?.aliases[0]}`,
        `DD_TRACE_AGENT_PORT=${port}`,
      ]),
    );
    const tags = ["env", "service", "version"].map((tag) => {
      const label = producer?.labels.find((one) => one.label === `com.datadoghq.tags.${tag}`);
      return `DD_${tag.toUpperCase()}=${label?.value}`;
    });
    expect(producer?.envs).toEqual(expect.arrayContaining(tags));
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

  it("are not declared where the command line leaves them alone", () => {
    const keys = { datadogApiKey: "key", datadogAppKey: "app-key" };
    const config = Object.entries(keys).map(([key, value]) => [`${PROJECT}:${key}`, value]);
    pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, PROJECT, STACK);
    pulumi.runtime.setAllConfig(Object.fromEntries(config));
    expect(loadConfig().datadog.appKey).toBeDefined();
    vi.stubEnv(DATADOG_MONITORING.leaveVariable, "true");
    const { apiKey, appKey } = loadConfig().datadog;
    vi.unstubAllEnvs();
    expect([typeof apiKey, appKey]).toEqual(["object", undefined]);
    pulumi.runtime.setAllConfig({});
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
    const services = containers(await declare({ taskManagers: 2, postgresExporter: true }, "key"));
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
      "postgres-exporter": "postgres-exporter postgres_exporter",
      pgadmin: "pgadmin pgadmin",
      producer: "producer nodejs",
      "datadog-agent": "datadog-agent agent",
    });
  });
});

describe("Postgres's exporter", () => {
  const ofRole = (declared: Declared[]) =>
    declared.filter(
      ({ type, inputs }) =>
        type.startsWith("postgresql:") && [inputs.name, inputs.role].includes(USERS.exporter),
    );

  it("is not part of the stack by default, nor is its image or role", async () => {
    const declared = await declare();
    expect(declared.filter(({ name }) => name.includes("exporter"))).toEqual([]);
    expect(ofRole(declared)).toEqual([]);
  });

  it("is one more container, and changes no other", async () => {
    const without = containers(await declare());
    const services = containers(await declare({ postgresExporter: true }));
    const exporter = services.get("postgres-exporter");
    expect(exporter).toMatchObject({
      image: "sha256:postgres-exporter-image",
      memory: SERVICES.postgresExporter.memoryLimit,
      wait: true,
      restart: "unless-stopped",
      networksAdvanced: [{ aliases: ["postgres-exporter"] }],
    });
    expect(exporter?.ports).toBeUndefined();
    expect(exporter?.volumes).toEqual([]);
    services.delete("postgres-exporter");
    expect(Object.fromEntries(services)).toEqual(Object.fromEntries(without));
  });

  it("has its password in a file only", async () => {
    const exporter = containers(await declare({ postgresExporter: true })).get("postgres-exporter");
    const { uploads, ...visible } = exporter ?? {};
    expect(JSON.stringify(visible)).not.toContain(SECRET);
    expect(uploads).toEqual([{ file: "/run/secrets/postgres-password", content: SECRET }]);
    expect(exporter?.envs).toEqual([
      "DATA_SOURCE_PASS_FILE=/run/secrets/postgres-password",
      "DATA_SOURCE_URI=postgres:5432/kafka_commerce?sslmode=disable",
      `DATA_SOURCE_USER=${USERS.exporter}`,
    ]);
  });

  it("reads statistics, and no table", async () => {
    const [role, ...grants] = ofRole(await declare({ postgresExporter: true }));
    expect(role?.inputs).toMatchObject({ name: USERS.exporter, login: true, roles: ["pg_monitor"] });
    expect(grants).toEqual([]);
  });
});

describe("the services' metrics", () => {
  it("are served inside the stack's network only", async () => {
    const services = containers(await declare({ postgresExporter: true }));
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

  it("come from the agent in Kafka's image", async () => {
    const kafka = containers(await declare()).get("kafka");
    const options = kafka?.envs?.find((env) => env.startsWith("KAFKA_OPTS=")) ?? "";
    const [, jar, port, rules] = /-javaagent:(\S+)=(\d+):(\S+)/.exec(options) ?? [];
    expect(port).toBe(String(SERVICES.kafka.metricsPort));
    const dockerfile = fs.readFileSync("kafka-metrics/Dockerfile", "utf8");
    expect(dockerfile).toContain(`.jar ${jar}\n`);
    expect(dockerfile).toContain(`COPY metrics.yaml ${path.dirname(rules ?? "")}/\n`);
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
