/**
 * Each endpoint that the monitoring's configuration names answers within the stack's network, and has the metrics that
 * Datadog's checks and the Grafana dashboard read.
 */
import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addressOf, CONSUMER_GROUP, DATABASE, SERVICES, TOPIC, USERS } from "../../facts/pipeline.ts";
import { dataStreamsEnvironment } from "../../infra/components/data-streams.ts";
import type { Check } from "../../infra/components/datadog-checks.ts";
import { Postgres } from "../oracle/postgres.ts";
import published from "../unit/datadog/published.json" with { type: "json" };
import { docker, logs, stackResources } from "./support/docker.ts";
import { stackPorts } from "./support/ports.ts";
import { useStack } from "./support/stack.ts";
import { eventually } from "./support/wait.ts";

const STACK = "live-metrics";
const config = { eventsPerSecond: "10", checkpointInterval: 2, postgresExporter: "true", ...stackPorts() };
const stack = useStack(STACK, config);
const { container } = stack;

/** Runs a script with the producer's Node and its kafkajs: within the stack's network. */
const inside = (script: string, ...args: string[]) =>
  docker(
    "exec",
    "--workdir",
    "/app",
    container("producer"),
    "node",
    "--input-type=module",
    "-e",
    script,
    ...args,
  );

const fetched = (url: string) =>
  inside(
    `const response = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });
     if (!response.ok) throw new Error(String(response.status));
     process.stdout.write(await response.text());`,
    url,
  );

/** The check that the labels of a running container declare. */
async function checkOf(service: string, check: string): Promise<Record<string, unknown>> {
  const format = '{{index .Config.Labels "com.datadoghq.ad.checks"}}';
  const checks: Record<string, Check> = JSON.parse(
    await docker("inspect", "--format", format, container(service)),
  );
  return checks[check]?.instances[0] ?? {};
}

/** Metrics of the endpoint that a check names, with the address that the Agent would fill in. */
async function metricsOf(service: string, check: string): Promise<string> {
  const { openmetrics_endpoint } = await checkOf(service, check);
  return fetched(String(openmetrics_endpoint).replace("%%host%%", service));
}

/** Waits until the expectations hold. */
const settled = (what: string, check: () => Promise<void>) =>
  eventually(what, async () => {
    await check();
    return true;
  });

const samples = (text: string) =>
  new Set([...text.matchAll(/^([a-zA-Z_:][\w:]*)[ {]/gm)].map(([, name]) => name));

describe("a stack's metrics", () => {
  let outputs: Record<string, string>;

  it("are there once it is up", async () => {
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    outputs = await stack.workspace.outputs();
  });

  it.each(["jobmanager", "taskmanager"])(
    "of the %s have the names that Datadog's check reads",
    async (service) => {
      // Some metrics of a job appear with its first checkpoint or its first minute.
      await settled(`metrics of the ${service}`, async () => {
        const found = samples(await metricsOf(service, "flink"));
        const { extra_metrics } = await checkOf(service, "flink");
        const names = [
          ...Object.values(published.flink.exposed),
          ...Object.keys((extra_metrics as object[])[0] ?? {}),
        ].filter((name) => name.startsWith(`flink_${service}_`));
        expect(names.length).toBeGreaterThan(5);
        expect(names.filter((name) => !found.has(name))).toEqual([]);
      });
    },
  );

  it.each([
    ["jobmanager", "JVM_ARGS", "Copy"],
    ["taskmanager", "JVM_ARGS", "PS_Scavenge"],
    ["sql-gateway", "JVM_ARGS", undefined],
    ["kafka", "KAFKA_JVM_PERFORMANCE_OPTS", undefined],
  ])(
    "of the %s are those of a JVM with the options that the program asks for",
    async (service, variable, collector) => {
      const environment: string[] = JSON.parse(
        await docker("inspect", "--format", "{{json .Config.Env}}", container(service)),
      );
      const asked = environment.find((entry) => entry.startsWith(`${variable}=`)) ?? "";
      const running = (await docker("exec", container(service), "cat", "/proc/1/cmdline")).split("\0");
      expect(asked).toMatch(/-XX:\+Use\w+GC/);
      expect(running).toEqual(expect.arrayContaining(asked.slice(variable.length + 1).split(" ")));
      if (collector !== undefined)
        expect(await metricsOf(service, "flink")).toContain(
          `flink_${service}_Status_JVM_GarbageCollector_${collector}_Count{`,
        );
    },
  );

  it("of the producer have the names that its check collects", async () => {
    const { raw_metric_prefix, metrics } = await checkOf("producer", "openmetrics");
    const text = await metricsOf("producer", "openmetrics");
    for (const metric of metrics as object[])
      for (const name of Object.keys(metric))
        expect(text).toMatch(new RegExp(`^${raw_metric_prefix}${name}(_total)? \\d`, "m"));
    expect(text).toMatch(/^commerce_producer_events_acknowledged_total [1-9]/m);
  });

  describe("of the broker", () => {
    /** Kafka's own JMX client, at the address of the check. */
    async function read(bean: string, credentials: string): Promise<string> {
      const { host, port } = await checkOf("kafka", "kafka");
      const url = `service:jmx:rmi:///jndi/rmi://${host}:${port}/jmxrmi`;
      const main = ["java", "-cp", "/opt/kafka/libs/*", "org.apache.kafka.tools.JmxTool"];
      const query = ["--jmx-url", url, "--object-name", bean, "--one-time", "--report-format", "properties"];
      return docker("exec", container("kafka"), ...main, ...query, "--jmx-auth-prop", credentials);
    }

    it("are those that Datadog's check reads", async () => {
      const { user } = await checkOf("kafka", "kafka");
      const line = await docker("exec", container("kafka"), "cat", "/run/secrets/kafka-jmx-password");
      const credentials = line.trim().replace(" ", "=");
      expect(credentials.split("=")[0]).toBe(user);
      for (const bean of Object.values(published.kafka.beans)) {
        const attribute = bean.includes("TotalTimeMs") ? "Mean" : "Count";
        expect(await read(bean, credentials)).toMatch(new RegExp(`${attribute}=[\\d.]+`));
      }
    });

    it("are served for Prometheus, for each topic and partition", async () => {
      const text = await fetched(`http://${SERVICES.kafka.name}:${SERVICES.kafka.metricsPort}/metrics`);
      const ofTopic = `topic="${TOPIC}"`;
      for (const name of ["messagesin", "bytesin"])
        expect(text).toMatch(new RegExp(`^kafka_topic_${name}_total{${ofTopic}[,}].* [1-9]`, "m"));
      for (const name of ["startoffset", "endoffset", "size"])
        expect(text).toMatch(new RegExp(`^kafka_partition_${name}{partition="0",${ofTopic}[,}]`, "m"));
      expect(text).toMatch(/^kafka_request_time_ms{request="Produce",statistic="99thPercentile",?} [\d.]/m);
      expect(text).toMatch(/^kafka_activecontrollercount 1\.0/m);
      expect(text).toMatch(/^kafka_(offline|underreplicated)partitions(count)? 0\.0/m);
    });

    it("are refused without the password", async () => {
      const [bean = ""] = Object.values(published.kafka.beans);
      await expect(read(bean, "monitor=wrong")).rejects.toThrow("Authentication failed");
    });
  });

  it("of the topic and its reader are answered at the address of the kafka_consumer check", async () => {
    const { kafka_connect_str } = await checkOf("kafka", "kafka_consumer");
    await settled("the group's offsets", async () => {
      const text = await inside(
        `const { Kafka, logLevel, ConfigResourceTypes } = (await import("kafkajs")).default;
         const [, broker, group, topic] = process.argv;
         const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
         await admin.connect();
         const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
         const { groups } = await admin.listGroups();
         const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
         const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
         console.log(JSON.stringify({ groups, offsets, configs: resources[0].configEntries.length }));
         await admin.disconnect();`,
        ...[String(kafka_connect_str), CONSUMER_GROUP, TOPIC],
      );
      const { groups, offsets, configs } = JSON.parse(text);
      expect(groups.map(({ groupId }: { groupId: string }) => groupId)).toContain(CONSUMER_GROUP);
      expect(Number(offsets.partitions[0].offset)).toBeGreaterThan(0);
      expect(configs).toBeGreaterThan(5);
    });
  });

  describe("of Postgres", () => {
    const { name, metricsPort } = SERVICES.postgresExporter;

    it("are served for Prometheus, for the database and each table", async () => {
      // Postgres publishes statistics a moment after the transaction.
      await settled("statistics of the tables", async () => {
        const text = await fetched(`http://${name}:${metricsPort}/metrics`);
        expect(text).toMatch(/^pg_up 1$/m);
        expect(text).toMatch(/^pg_exporter_last_scrape_error 0$/m);
        expect(text).not.toMatch(/^pg_scrape_collector_success{.*} 0$/m);
        expect(text).toMatch(new RegExp(`^pg_database_size_bytes{datname="${DATABASE}"} [1-9]`, "m"));
        const ofTable = `datname="${DATABASE}",relname="transactions",schemaname="public"`;
        expect(text).toMatch(new RegExp(`^pg_stat_user_tables_n_tup_ins{${ofTable}} [1-9]`, "m"));
      });
    });

    it("are read by a role that may read statistics, and no table", async () => {
      const password = await docker("exec", container(name), "cat", "/run/secrets/postgres-password");
      const url = new URL(outputs.readerUrl as string);
      Object.assign(url, { username: USERS.exporter, password });
      await Postgres.with(url.href, async (postgres) => {
        const memberships =
          "SELECT roleid::regrole FROM pg_auth_members WHERE member = current_user::regrole";
        expect(await postgres.query(memberships)).toEqual([{ roleid: "pg_monitor" }]);
        await expect(postgres.query("SELECT * FROM transactions")).rejects.toThrow("permission denied");
      });
    });
  });

  it("of Postgres include an account that closes, by the check's own queries", async () => {
    const { custom_queries } = await checkOf("postgres", "postgres");
    const [account, reasons] = custom_queries as { query: string }[];
    await docker("stop", "--time", "20", container("producer"));
    await Postgres.with(outputs.readerUrl as string, (postgres) =>
      settled("the account", async () => {
        const [row] = await postgres.query(account?.query ?? "");
        const [read, rows] = Object.values(row ?? {}).map(Number);
        expect(read).toBeGreaterThan(0);
        expect(rows).toBe(read);
        expect(await postgres.query(reasons?.query ?? "")).toEqual([]);
      }),
    );
    await docker("start", container("producer"));
  });

  it("include all that dashboards/ shows, at the addresses of its prometheus.yml", async () => {
    const { scrape_configs } = parse(fs.readFileSync("dashboards/prometheus.yml", "utf8"));
    const targets: string[] = scrape_configs.flatMap(
      ({ static_configs }: { static_configs: { targets: string[] }[] }) =>
        static_configs.flatMap(({ targets }) => targets),
    );
    const shown =
      fs.readFileSync("dashboards/grafana.json", "utf8").match(/\b(flink|commerce|kafka|pg)_[a-zA-Z_]\w*/g) ??
      [];
    expect(shown.length).toBeGreaterThan(10);
    // The producer has just been started again.
    await settled("all metrics", async () => {
      const pages = await Promise.all(targets.map((target) => fetched(`http://${target}/metrics`)));
      const found = new Set(pages.flatMap((page) => [...samples(page)]));
      expect([...new Set(shown)].filter((name) => !found.has(name))).toEqual([]);
    });
  });

  it("are not published on the machine, and leave no warning in Flink's log", async () => {
    const { containers } = await stackResources(STACK);
    const bindings = await docker("inspect", "--format", "{{json .HostConfig.PortBindings}}", ...containers);
    for (const port of [9187, 9249, 9404, 9464, 9999]) expect(bindings).not.toContain(`"${port}/tcp"`);
    expect(await logs(container("jobmanager"))).not.toMatch(/WARN.*(reporter|Reporter|plugins)/);
  });
});

/** A server on this machine that the stack's containers reach. */
class Collector {
  readonly received: { path: string; contentType: string | undefined; body: Buffer }[] = [];
  #server: Server | undefined;

  /** @returns its host and port as seen from the stack's network */
  async start(): Promise<{ host: string; port: number }> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const contentType = request.headers["content-type"];
        this.received.push({ path: request.url ?? "", contentType, body: Buffer.concat(chunks) });
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const gateway = "{{range .IPAM.Config}}{{.Gateway}}{{end}}";
    const { networks } = await stackResources(STACK);
    const host = await docker("network", "inspect", "--format", gateway, ...networks);
    return { host, port: (server.address() as { port: number }).port };
  }

  stop(): void {
    this.#server?.close();
  }
}

/** The Agent cannot be downloaded on every machine, so the producer's image reports to a server of this test. */
describe("the producer's data stream", () => {
  const collector = new Collector();
  const name = `${container("producer")}-traced`;
  afterAll(async () => {
    collector.stop();
    await docker("rm", "--force", name).catch(() => undefined); // it may not have been created
  });

  it("is reported where the Agent would be", async () => {
    const { host, port } = await collector.start();
    const environment = {
      ...{ KAFKA_BOOTSTRAP_SERVERS: addressOf(SERVICES.kafka), TOPIC, LIMIT: "5" },
      ...{ CLIENT_ID: "traced", OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}:${port}` },
      ...dataStreamsEnvironment({ env: STACK, service: "traced", version: "1.2.3" }),
      ...{ DD_AGENT_HOST: host, DD_TRACE_AGENT_PORT: String(port) },
    };
    const variables = Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const image = await docker("inspect", "--format", "{{.Image}}", container("producer"));
    const { networks } = await stackResources(STACK);
    const [network = ""] = networks;
    await docker("run", "--detach", "--name", name, "--network", network, ...variables, image);
    await settled("the data stream", async () => {
      const bodies = collector.received
        .filter(({ path }) => path === "/v0.1/pipeline_stats")
        .map(({ body }) => gunzipSync(body).toString("latin1"));
      for (const text of ["direction:out", `topic:${TOPIC}`, "type:kafka", "kafka_produce", STACK, "1.2.3"])
        expect(bodies.join("\n")).toContain(text);
    });
    // One JSON object per line, and nothing of the tracer.
    for (const line of (await logs(name)).trim().split("\n"))
      expect(JSON.parse(line)).toHaveProperty("event");
  });

  it("adds one header to its events, and keeps the producer's own", async () => {
    const text = await inside(
      `const { Kafka, logLevel } = (await import("kafkajs")).default;
       const [, broker, topic] = process.argv;
       const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
       const consumer = kafka.consumer({ groupId: "headers-" + Date.now() });
       await consumer.connect();
       await consumer.subscribe({ topics: [topic], fromBeginning: true });
       await consumer.run({ eachMessage: async ({ message: { headers } }) => {
         if (!("dd-pathway-ctx-base64" in headers)) return;
         console.log(JSON.stringify(Object.entries(headers).map(([key, value]) => [key, String(value)])));
         process.exit();
       } });`,
      ...[addressOf(SERVICES.kafka), TOPIC],
    );
    const headers = Object.fromEntries(JSON.parse(text));
    expect(Object.keys(headers).sort()).toEqual(["dd-pathway-ctx-base64", "traceparent"]);
    await settled("the span that the header names", async () => {
      const traceIds = collector.received
        .filter(({ path }) => path === "/v1/traces")
        .flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans[0].scopeSpans[0].spans)
        .map(({ traceId }) => traceId);
      expect(traceIds).toContain(headers.traceparent.split("-")[1]);
    });
  });
});

describe("metrics and traces by OTLP", () => {
  const collector = new Collector();
  afterAll(() => collector.stop());

  it("arrive at otlpEndpoint, without a new version of the job", async () => {
    const { version } = await stack.workspace.outputs();
    const { host, port } = await collector.start();
    stack.workspace.configure({ ...config, otlpEndpoint: `http://${host}:${port}` });
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    expect((await stack.workspace.outputs()).version).toBe(version);
    await settled("metrics and traces", async () => {
      const received = new Set(collector.received.map(({ path, contentType }) => `${path} ${contentType}`));
      expect([...received].sort()).toEqual([
        "/v1/metrics application/x-protobuf",
        // The producer's.
        "/v1/traces application/json",
        // Flink's.
        "/v1/traces application/x-protobuf",
      ]);
    });
  });
});
