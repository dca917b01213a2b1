/**
 * The Agent's image cannot be pulled on this project's machines, so its configuration is compared with the names that
 * Datadog publishes. test/live/metrics.test.ts asks the endpoints for the metrics.
 */
import { describe, expect, it } from "vitest";
import { TABLES } from "../../../facts/pipeline.ts";
import { CHECKS, type Check } from "../../../infra/components/datadog-checks.ts";
import { Counters } from "../../../producer/counters.ts";
import { renderMetrics } from "../../../producer/metrics.ts";
import published from "./published.json" with { type: "json" };

const optionsOf: Record<string, unknown> = { ...published, flink: published.openmetrics };

const checks = Object.values(CHECKS).flatMap((ofService) => Object.entries(ofService));
const checkOf = (service: string, name: string) => CHECKS[service]?.[name] as Check;

describe("the Agent's checks", () => {
  it("are one for each thing that is monitored", () => {
    expect([...new Set(checks.map(([name]) => name))].sort()).toEqual([
      "flink",
      "kafka",
      "kafka_consumer",
      "openmetrics",
      "postgres",
    ]);
  });

  it.each(checks)("%s has published options only", (name, { init_config, instances }) => {
    const options = optionsOf[name] as { init_config: string[]; instance: string[] };
    for (const key of Object.keys(init_config)) expect(options.init_config).toContain(key);
    expect(instances).toHaveLength(1);
    for (const key of Object.keys(instances[0] ?? {})) expect(options.instance).toContain(key);
  });

  it("contain no secret, only the names of the Agent's files", () => {
    const passwords = checks.flatMap(([, { instances }]) =>
      instances.flatMap(({ password }) => (password === undefined ? [] : [password])),
    );
    expect(passwords).toEqual(["ENC[kafka-jmx-password]", "ENC[postgres-password]"]);
  });

  it("find containers by the address that the Agent fills in, and Kafka by the name that it tells its clients", () => {
    const hosts = checks.flatMap(([, { instances }]) =>
      instances.map(({ host, kafka_connect_str, openmetrics_endpoint }) =>
        String(host ?? kafka_connect_str ?? openmetrics_endpoint),
      ),
    );
    expect(hosts).toEqual([
      "kafka",
      "kafka:29092",
      "http://%%host%%:9249/metrics",
      "http://%%host%%:9249/metrics",
      "%%host%%",
      "http://%%host%%:9464/metrics",
    ]);
  });
});

describe("the Postgres check", () => {
  const [instance = {}] = checkOf("postgres", "postgres").instances;
  const queries = instance.custom_queries as { query: string; columns: { name: string; type: string }[] }[];

  it("does without Database Monitoring, which needs a set-up of its own", () => {
    expect(instance.dbm).toBe(false);
  });

  it("has published options in its lists", () => {
    for (const query of queries)
      for (const key of Object.keys(query)) expect(published.postgres.custom_query).toContain(key);
    for (const relation of instance.relations as object[])
      for (const key of Object.keys(relation)) expect(published.postgres.relation).toContain(key);
  });

  it("counts the rows of the pipeline's own tables", () => {
    const tables = queries.flatMap(({ query }) =>
      [...query.matchAll(/ FROM (\w+)/g)].map(([, name]) => name),
    );
    expect(tables.length).toBeGreaterThan(4);
    for (const table of tables) expect([...TABLES, "proof_events"]).toContain(table);
  });
});

describe("the producer's check", () => {
  it("collects metrics that the producer has, by their names without prefix and suffix", () => {
    const [instance = {}] = checkOf("producer", "openmetrics").instances;
    const text = renderMetrics({ counters: new Counters(), pacer: { skipped: 0 }, rate: 1 });
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, family]) => family);
    for (const metric of instance.metrics as Record<string, string>[])
      for (const name of Object.keys(metric))
        expect(families).toContain(`${instance.raw_metric_prefix}${name}`);
    expect(instance.namespace).toMatch(/^\w+$/);
  });
});
