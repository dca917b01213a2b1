import { describe, expect, it } from "vitest";
import { addressOf, SERVICES, TOPIC } from "../../../facts/pipeline.ts";
import { ConfigError, type Environment, parseConfig } from "../../../producer/config.ts";

function problemsOf(env: Environment): readonly string[] {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the producer's configuration", () => {
  it("has a default for everything", () => {
    expect(parseConfig({})).toEqual({
      bootstrapServers: [addressOf(SERVICES.kafka)],
      topic: TOPIC,
      rate: 1,
      seed: undefined,
      limit: undefined,
      logIntervalMs: 10_000,
      clientId: "commerce-producer",
      metricsPort: undefined,
      otlpEndpoint: undefined,
      serviceName: "commerce-producer",
    });
  });

  it("treats an empty variable as absent", () => {
    expect(parseConfig({ RATE: "", SEED: " ", LIMIT: "", TOPIC: "" })).toEqual(parseConfig({}));
  });

  it("reads every variable", () => {
    const config = parseConfig({
      KAFKA_BOOTSTRAP_SERVERS: "kafka-1:9092, 10.0.0.2:9093,[::1]:9094",
      TOPIC: "orders.v2_test-1",
      RATE: "0.1",
      SEED: "0",
      LIMIT: "1000000",
      LOG_INTERVAL: "2.5",
      CLIENT_ID: "bench",
      METRICS_PORT: "9464",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
      OTEL_SERVICE_NAME: "shop",
    });
    expect(config).toEqual({
      bootstrapServers: ["kafka-1:9092", "10.0.0.2:9093", "[::1]:9094"],
      topic: "orders.v2_test-1",
      rate: 0.1,
      seed: 0,
      limit: 1_000_000,
      logIntervalMs: 2_500,
      clientId: "bench",
      metricsPort: 9_464,
      otlpEndpoint: "http://collector:4318",
      serviceName: "shop",
    });
  });

  it.each(["collector:4318", "grpc://collector:4317"])("refuses OTEL_EXPORTER_OTLP_ENDPOINT=%s", (url) => {
    expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toEqual([
      `OTEL_EXPORTER_OTLP_ENDPOINT="${url}": must be a URL like http://collector:4318, or not set`,
    ]);
  });

  it.each(["0", "65536", "-1", "9464.5", "http"])("refuses METRICS_PORT=%s", (port) => {
    expect(problemsOf({ METRICS_PORT: port })).toEqual([
      `METRICS_PORT="${port}": must be a whole number from 1 to 65535, or not set`,
    ]);
  });

  it.each(["0", "0.09", "50001", "-1", "fast", "1e3", "0x10", "NaN", "1,5"])("refuses RATE=%s", (rate) => {
    expect(problemsOf({ RATE: rate })).toEqual([`RATE="${rate}": must be a number from 0.1 to 50000`]);
  });

  it.each(["-1", "1.5", "abc", "99999999999999999"])("refuses SEED=%s and LIMIT=%s", (value) => {
    expect(problemsOf({ SEED: value })).toHaveLength(1);
    expect(problemsOf({ LIMIT: value })).toHaveLength(1);
  });

  it.each([
    "kafka",
    "kafka:",
    ":9092",
    "kafka:0",
    "kafka:65536",
    "http://kafka:9092",
    "a b:9092",
    "kafka:9092,",
  ])("refuses KAFKA_BOOTSTRAP_SERVERS=%s", (servers) => {
    expect(problemsOf({ KAFKA_BOOTSTRAP_SERVERS: servers })).toHaveLength(1);
  });

  it.each([".", "..", "with space", "slash/ed", "x".repeat(250)])("refuses TOPIC=%s", (topic) => {
    expect(problemsOf({ TOPIC: topic })).toHaveLength(1);
  });

  it("reports every problem at once, each with the variable and its value", () => {
    const problems = problemsOf({
      KAFKA_BOOTSTRAP_SERVERS: "kafka",
      TOPIC: "a/b",
      RATE: "quick",
      SEED: "x",
      LIMIT: "0",
      LOG_INTERVAL: "0",
    });
    expect(problems.map((problem) => problem.split(/[=:]/)[0])).toEqual([
      "KAFKA_BOOTSTRAP_SERVERS",
      "TOPIC",
      "RATE",
      "SEED",
      "LIMIT",
      "LOG_INTERVAL",
    ]);
  });
});
