import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConfigError, parseConfig, RULES } from "../../infra/config.ts";

interface Schema {
  config: Record<string, { type: string; default?: unknown; description?: string }>;
}
const project: Schema = parse(fs.readFileSync("Pulumi.yaml", "utf8"));
const defaults = Object.fromEntries(
  Object.entries(project.config).map(([key, { default: value }]) => [key, String(value)]),
);

function stack(name: string): Record<string, string> {
  const file: { config: Record<string, unknown> } = parse(fs.readFileSync(`Pulumi.${name}.yaml`, "utf8"));
  const own = Object.entries(file.config).map(([key, value]) => [
    key.replace("commerce-pipeline:", ""),
    String(value),
  ]);
  return { ...defaults, ...Object.fromEntries(own) };
}

describe("configuration", () => {
  it("has a default in Pulumi.yaml for every key but the optional ones, and rules for every key there", () => {
    const required = Object.keys(RULES).filter((key) => RULES[key]?.optional === undefined);
    expect(Object.keys(project.config).sort()).toEqual(required.sort());
  });

  it("accepts the stacks that come with the project", () => {
    expect(parseConfig("dev", stack("dev"))).toMatchObject({ eventsPerSecond: 1, ports: { kafka: 9092 } });
    expect(parseConfig("demo", stack("demo"))).toMatchObject({
      eventsPerSecond: 200,
      parallelism: 2,
      partitions: 4,
      onDestroy: "retain",
      highAvailability: "zookeeper",
    });
  });

  it("takes dates and times that were written without quotes, as Go prints YAML's timestamps", () => {
    const written = {
      earliestEventDate: "1971-01-01 00:00:00 +0000 UTC",
      replayFrom: "2026-01-31 12:00:00.5 +0200 +0200",
    };
    expect(parseConfig("dev", { ...defaults, ...written })).toMatchObject({
      earliestEventDate: "1971-01-01",
      replayFrom: "2026-01-31T12:00:00.5+02:00",
    });
  });

  it("lets dev and demo stand side by side", () => {
    const ports = ["dev", "demo"].flatMap((name) => Object.values(parseConfig(name, stack(name)).ports));
    expect(new Set(ports).size).toBe(ports.length);
  });

  it.each([
    [{ earliestEventDate: "2026-02-30" }, "earliestEventDate: '2026-02-30' is not a date like 2000-01-31"],
    [{ latestEventDate: "tomorrow" }, "latestEventDate: 'tomorrow' is not a date like 2000-01-31"],
    [
      { earliestEventDate: "2027-01-01", latestEventDate: "2026-12-31" },
      "earliestEventDate: is after latestEventDate, so that no event would do",
    ],
    [{ desiredState: "stopped" }, "desiredState: 'stopped' is not one of running, paused"],
    [{ upgradePolicy: "hope" }, "upgradePolicy: 'hope' is not one of resume, replay, stateless"],
    [{ onDestroy: "keep" }, "onDestroy: 'keep' is not one of retain, purge"],
    [{ savepointsKept: "0" }, "savepointsKept: '0' is not a whole number from 1 to 1000"],
    [
      { replayFrom: "yesterday" },
      "replayFrom: 'yesterday' is neither beginning nor a time like 2000-01-31T12",
    ],
    [{ replayFrom: "2026-01-31T12:00" }, "replayFrom: '2026-01-31T12:00' is neither beginning nor a time"],
    [{ replayFrom: "2026-02-30T12:00Z" }, "replayFrom: '2026-02-30T12:00Z' is neither beginning nor a time"],
    [{ deduplicate: "yes" }, "deduplicate: 'yes' is not one of true, false"],
    [{ deduplicationTtl: "0" }, "deduplicationTtl: '0' is not a number from 0.1 to 8760"],
  ])("refuses %j", (values, problem) => {
    expect(() => parseConfig("dev", { ...defaults, ...values })).toThrow(problem);
  });

  it("reports every problem at once", () => {
    const attempt = () =>
      parseConfig("dev", {
        ...defaults,
        kafkPort: "1",
        eventsPerSecond: "fast",
        partitions: "0",
        parallelism: "1.5",
        images: "cloud",
        flinkPort: "5432",
      });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      expect((error as ConfigError).problems).toEqual([
        "kafkPort: no such key; did you mean kafkaPort?",
        "images: 'cloud' is not one of registry, local",
        "eventsPerSecond: 'fast' is not a number from 0.1 to 50000",
        "partitions: '0' is not a whole number from 1 to 1000",
        "parallelism: '1.5' is not a whole number from 1 to 128",
        "flinkPort and postgresPort: both ask for port 5432",
      ]);
      expect((error as Error).message).toContain("6 problems; nothing was changed");
    }
  });

  it.each(["beginning", "2026-01-31T12:00Z", "2026-01-31T12:00:00.5+01:00"])(
    "replays from %s",
    (replayFrom) => {
      expect(parseConfig("dev", { ...defaults, replayFrom }).replayFrom).toBe(replayFrom);
    },
  );

  it("suggests nothing for a key that is like none", () => {
    expect(() => parseConfig("dev", { ...defaults, zookeeperQuorum: "1" })).toThrow(
      "zookeeperQuorum: no such key\n",
    );
  });

  it("lets the machine's choice of images win over the stack's", () => {
    expect(parseConfig("dev", defaults, "local").images).toBe("local");
  });

  it("leaves Datadog out unless a key is configured", () => {
    expect(parseConfig("dev", defaults).datadog).toBeUndefined();
    expect(
      parseConfig("dev", { ...defaults, datadogApiKey: "k", datadogSite: "datadoghq.eu" }).datadog,
    ).toEqual({
      site: "datadoghq.eu",
    });
  });
});
