import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configKeys } from "../../facts/config/keys.ts";
import { parseConfig } from "../../facts/config/parse.ts";
import { renderDocument, renderProjectFile } from "../../facts/config/render.ts";
import { PROJECT } from "../../facts/pipeline.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";

const projectFile = fs.readFileSync("Pulumi.yaml", "utf8");

function stack(name: string): Record<string, string> {
  const file: { config: Record<string, unknown> } = parse(fs.readFileSync(`Pulumi.${name}.yaml`, "utf8"));
  const own = Object.entries(file.config).map(([key, value]) => [
    key.replace(`${PROJECT}:`, ""),
    String(value),
  ]);
  return Object.fromEntries(own);
}

const portsOf = (name: string): unknown[] =>
  Object.entries(readConfig(name, stack(name)))
    .filter(([key]) => key.endsWith("Port"))
    .map(([, port]) => port);

describe("what is generated from the configuration keys", () => {
  const stale = "Run `npm run generate`.";

  it("is Pulumi.yaml's config section", () => {
    expect(projectFile, stale).toBe(renderProjectFile(projectFile));
    expect(parse(projectFile).name).toBe(PROJECT);
  });

  it("is docs/CONFIGURATION.md", () => {
    expect(fs.readFileSync("docs/CONFIGURATION.md", "utf8"), stale).toBe(renderDocument());
  });

  it("quotes dates, which Pulumi would otherwise read as timestamps", () => {
    expect(projectFile).toContain('default: "1970-01-01"');
  });
});

describe("configuration", () => {
  it("has valid defaults", () => {
    const defaults = configKeys().flatMap(([name, key]) =>
      key.default === undefined ? [] : [[name, String(key.default)] as const],
    );
    const { config, problems } = parseConfig(Object.fromEntries(defaults));
    expect(problems).toEqual([]);
    expect(config).toEqual(parseConfig({}).config);
  });

  it("accepts the stacks that come with the project", () => {
    expect(readConfig("dev", stack("dev"))).toMatchObject({ eventsPerSecond: 1, kafkaPort: 9092 });
    expect(readConfig("demo", stack("demo"))).toMatchObject({
      eventsPerSecond: 200,
      parallelism: 2,
      partitions: 4,
      onDestroy: "retain",
      highAvailability: "zookeeper",
    });
  });

  it("accepts dates and times written without quotes, which Pulumi hands over as Go timestamps", () => {
    const written = {
      earliestEventDate: "1971-01-01 00:00:00 +0000 UTC",
      replayFrom: "2026-01-31 12:00:00.5 +0200 +0200",
    };
    expect(readConfig("dev", { ...written })).toMatchObject({
      earliestEventDate: "1971-01-01",
      replayFrom: "2026-01-31T12:00:00.5+02:00",
    });
  });

  it.each(["collector:4318", "grpc://collector:4317", "http://u:p@collector:4318", "http://a b"])(
    "refuses %s as a URL",
    (otlpEndpoint) => {
      const problem = `otlpEndpoint: '${otlpEndpoint}' is not a URL like http://collector:4318`;
      expect(() => readConfig("dev", { otlpEndpoint })).toThrow(problem);
    },
  );

  it("takes a URL with or without a slash at its end", () => {
    for (const otlpEndpoint of ["http://collector:4318", "http://collector:4318/"])
      expect(readConfig("dev", { otlpEndpoint }).otlpEndpoint).toBe("http://collector:4318");
  });

  it("lets dev and demo run side by side", () => {
    const ports = ["dev", "demo"].flatMap(portsOf);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it.each([
    ["true", true],
    ["false", false],
  ])("reads the text %s, which older stacks have in quotes, as a boolean", (text, value) => {
    expect(readConfig("dev", { deduplicate: text, allowDestructive: text })).toMatchObject({
      deduplicate: value,
      allowDestructive: value,
    });
  });

  it.each([
    [{ earliestEventDate: "2026-02-30" }, "earliestEventDate: '2026-02-30' is not a date like 2000-01-31"],
    [{ latestEventDate: "tomorrow" }, "latestEventDate: 'tomorrow' is not a date like 2000-01-31"],
    [
      { earliestEventDate: "2027-01-01", latestEventDate: "2026-12-31" },
      "earliestEventDate: is after latestEventDate, so no event would be valid",
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
    [{ datadogAppKey: "key" }, "datadogAppKey: needs datadogApiKey"],
    [{ deduplicationTtl: "0" }, "deduplicationTtl: '0' is not a number from 0.1 to 8760"],
  ])("refuses %j", (values, problem) => {
    expect(() => readConfig("dev", values)).toThrow(problem);
  });

  it("reports every problem at once", () => {
    const attempt = () =>
      readConfig("dev", {
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
        "kafkPort: unknown key; did you mean kafkaPort?",
        "images: 'cloud' is not one of registry, local",
        "eventsPerSecond: 'fast' is not a number from 0.1 to 50000",
        "partitions: '0' is not a whole number from 1 to 1000",
        "parallelism: '1.5' is not a whole number from 1 to 128",
        "flinkPort and postgresPort: cannot use the same port 5432",
      ]);
      expect((error as Error).message).toContain(
        "Stack 'dev' has invalid configuration; nothing was changed",
      );
    }
  });

  it.each(["beginning", "2026-01-31T12:00Z", "2026-01-31T12:00:00.5+01:00"])(
    "replays from %s",
    (replayFrom) => {
      expect(readConfig("dev", { replayFrom }).replayFrom).toBe(replayFrom);
    },
  );

  it("suggests nothing for a key that resembles no other", () => {
    expect(() => readConfig("dev", { zookeeperQuorum: "1" })).toThrow("zookeeperQuorum: unknown key\n");
  });

  it("prefers the machine's choice of images to the stack's", () => {
    expect(readConfig("dev", {}, "local").images).toBe("local");
    expect(() => readConfig("dev", {}, "lokal")).toThrow(
      "- images: 'lokal' is not one of registry, local (from COMMERCE_IMAGES)",
    );
    expect(() => readConfig("dev", { images: "lokal" })).toThrow("- images: 'lokal' is not one of");
  });

  it.each(["My_Stack", "-dev", "dev-", "a..b", "a b", ""])("refuses the stack name '%s'", (stack) => {
    expect(() => readConfig(stack, {})).toThrow(`stack name '${stack}': use lower-case letters and digits`);
  });

  it.each(["dev", "live-drift", "my_stack", "a__b", "a--b", "v1.2"])("accepts the stack name %s", (stack) => {
    expect(readConfig(stack, {}).partitions).toBe(1);
  });

  it("treats an empty value as absent only for an optional key", () => {
    expect(readConfig("dev", { producerSeed: "" }).producerSeed).toBeUndefined();
    expect(() => readConfig("dev", { partitions: "" })).toThrow("partitions: has no value");
  });
});
