import { describe, expect, it } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";
import { checkConfig, checkSetting, settingsIn } from "../../../cli/config-words.ts";
import { readProject } from "../../../cli/project.ts";
import { CONFIG_KEYS } from "../../../facts/config/keys.ts";

const project = readProject(projectDir);
const check = (line: string) => {
  for (const setting of settingsIn(["config", ...line.split(" ")])) checkSetting(setting, project);
};

describe("what a `config set` writes", () => {
  it.each([
    ["set kafkaPort 9093", "kafkaPort", "9093"],
    ["set --plaintext kafkaPort 9093 --non-interactive", "kafkaPort", "9093"],
    ["set --type int kafkaPort -5", "kafkaPort", "-5"],
    ["set kafkaPort -- -5", "kafkaPort", "-5"],
    ["set kafkaPort", "kafkaPort", undefined],
    ["set --path kafkaPort.x[0] 1", "kafkaPort", "1"],
    ["set-all --plaintext kafkaPort=9093", "kafkaPort", "9093"],
    ["set-all --secret=datadogApiKey=a=b", "datadogApiKey", "a=b"],
  ])("is read from `%s`", (line, key, value) => {
    expect(settingsIn(["config", ...line.split(" ")])).toMatchObject([{ key, value }]);
  });

  it("is empty for other commands", () => {
    for (const words of [["config"], ["config", "get", "x"], ["config", "set"], ["stack", "set", "x"]]) {
      expect(settingsIn(words)).toEqual([]);
    }
  });
});

describe("the configuration of a stack", () => {
  const stack = { name: project.name, stack: "dev" };

  it("is refused with every problem at once, whatever the types of the keys", () => {
    const config = { deduplicate: "maybe", partitions: "many", kafkPort: "1", images: "registry" };
    expect(() => checkConfig({ ...stack, config })).toThrow(
      `Stack 'dev' has invalid configuration; nothing was changed:
  - kafkPort: unknown key; did you mean kafkaPort?
  - partitions: 'many' is not a whole number from 1 to 1000
  - deduplicate: 'maybe' is not one of true, false
Keys are set in Pulumi.dev.yaml, and described in docs/CONFIGURATION.md.`,
    );
  });

  it("is accepted with keys of providers, and not checked in another project", () => {
    checkConfig({ ...stack, config: { deduplicate: "false", "docker:host": "unix:///x" } });
    checkConfig({ ...stack, name: "small", config: { size: "1" } });
  });
});

describe("a `config set`", () => {
  it.each([
    ["set kafkPort 1", "kafkPort: unknown key; did you mean kafkaPort?"],
    ["set commerce-pipeline:kafkPort 1", "kafkPort: unknown key; did you mean kafkaPort?"],
    ["set-all --plaintext kafkaPort=1 --plaintext paralelism=2", "did you mean parallelism?"],
    ["set kafkaPort abc", "kafkaPort: 'abc' is not a whole number"],
    ["set partitions 1.5", "partitions: '1.5' is not a whole number"],
    ["set kafkaPort 99999", "kafkaPort: '99999' is not a whole number from 1 to 65535"],
    ["set desiredState stopped", "desiredState: 'stopped' is not one of running, paused"],
    ["set deduplicate no", "deduplicate: 'no' is not one of true, false"],
    ["set toString x", "toString: unknown key"],
    ["set datadogApiKey KEY", "datadogApiKey is a secret: set it with --secret"],
  ])("is refused: `%s`", (line, problem) => {
    expect(() => check(line)).toThrow(problem);
  });

  it.each([
    "set kafkaPort 9093",
    "set commerce-pipeline:kafkaPort 9093",
    "set docker:host unix:///x",
    "set --secret datadogApiKey KEY",
    "set --secret datadogApiKey",
    "set desiredState paused",
  ])("is accepted: `%s`", (line) => {
    expect(() => check(line)).not.toThrow();
  });

  it("knows every key of the program", () => {
    for (const key of Object.keys(CONFIG_KEYS)) expect(() => check(`set --secret ${key}`), key).not.toThrow();
  });

  it("is not checked in a project that declares no keys", () => {
    const [setting] = settingsIn(["config", "set", "anything", "1"]);
    if (setting === undefined) throw new Error("no setting");
    expect(() => checkSetting(setting, { name: "small", declared: {} })).not.toThrow();
  });
});
