import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";
import { consent, requireConsent } from "../../../cli/consent.ts";
import type { Context } from "../../../cli/context.ts";
import { bytes, columns, count, duration, truncate } from "../../../cli/format.ts";
import { decideImages, imageNames, imagesAfter, recallImages, rememberImages } from "../../../cli/images.ts";
import { mergeConfig, openProject } from "../../../cli/project.ts";
import { RegistryFailure } from "../../../plugins/docker/registry/call.ts";
import type { FailureKind } from "../../../plugins/docker/registry/failure.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("where images come from", () => {
  const facts = { asked: "auto", env: undefined, remembered: undefined, stackExists: false } as const;

  it.each([
    [
      "the flag, over everything",
      { asked: "local", env: "registry", remembered: "registry", stackExists: true },
      "local",
    ],
    [
      "the environment, over what is remembered",
      { env: "registry", remembered: "local", stackExists: true },
      "registry",
    ],
    ["what the standing stack has", { remembered: "local", stackExists: true }, "local"],
    ["the registry's answer, once the stack is gone", { remembered: "local" }, "ask the registry"],
    ["the registry's answer, for a new stack", {}, "ask the registry"],
    ["the registry's answer, when the environment says something else", { env: "" }, "ask the registry"],
  ] as const)("is %s", (_, more, answer) => {
    expect(decideImages({ ...facts, ...more })).toBe(answer);
  });

  it("is not guessed from a mistyped COMMERCE_IMAGES", () => {
    expect(() => decideImages({ ...facts, env: "lokal" })).toThrow("COMMERCE_IMAGES is 'lokal'");
    expect(decideImages({ ...facts, env: "lokal", asked: "local" })).toBe("local");
  });

  it("is remembered for each stack, and forgotten if the file is damaged", () => {
    rememberImages(folder, "dev", "local");
    rememberImages(folder, "demo", "registry");
    expect([recallImages(folder, "dev"), recallImages(folder, "demo"), recallImages(folder, "x")]).toEqual([
      "local",
      "registry",
      undefined,
    ]);
    writeFileSync(join(folder, ".cache", "images.json"), "{");
    expect(recallImages(folder, "dev")).toBeUndefined();
  });

  it("knows no images where none were built", () => expect(imageNames(folder, "local")).toEqual([]));

  it("is the registry that COMMERCE_REGISTRY names", () => {
    const names = (registry: string) =>
      imageNames(projectDir, "registry", [], { COMMERCE_REGISTRY: registry });
    expect(names("a.b/mirror")).toEqual(names("").map((name) => `a.b/mirror/${name}`));
    expect(() => names("https://a.b")).toThrow("COMMERCE_REGISTRY is 'https://a.b'");
  });

  it("has optional images only for a stack that needs them", () => {
    const all = imageNames(projectDir, "registry", ["datadogAgent", "postgres-exporter"], {});
    const added = all.filter((name) => !imageNames(projectDir, "registry", [], {}).includes(name));
    expect(added.join()).toMatch(/^[^,]*exporter[^,]*,datadog[^,]*$/);
  });
});

describe("the answers of a registry", () => {
  const answer = (kind?: FailureKind) => ({
    image: "kafka",
    ...(kind && { failure: new RegistryFailure("kafka", { kind, reason: "no" }) }),
  });
  const sourceAfter = (kinds: (FailureKind | undefined)[], registry?: string) =>
    imagesAfter(kinds.map(answer), registry);

  it("are not needed if all images are here", () => expect(sourceAfter([])).toBe("registry"));
  it("lead to it if it has all images", () => expect(sourceAfter([undefined, undefined])).toBe("registry"));

  it.each<FailureKind>(["unreachable", "refused", "slow"])("lead to a build here if all are: %s", (kind) => {
    expect(sourceAfter([kind, kind])).toBe("local");
  });

  it.each<[string, (FailureKind | undefined)[], string?]>([
    ["one image is missing", [undefined, "missing"]],
    ["all images are missing", ["missing", "missing"]],
    ["it has been asked too often", ["busy", "busy"]],
    ["it refuses one image", [undefined, "refused"]],
    ["the user has named it, and it cannot be reached", ["unreachable"], "a.b"],
  ])("end the start if %s", (_, kinds, registry) => {
    expect(() => sourceAfter(kinds, registry)).toThrow(/kafka/);
  });

  it("come with advice", () => {
    expect(() => sourceAfter(["busy"])).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/`docker login`.*\n.*COMMERCE_REGISTRY.*--images local/),
      }),
    );
  });
});

describe("the project", () => {
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

  it("has a stack's own values over the defaults", () => {
    const defaults = {
      kafkaPort: { type: "integer", default: 9092 },
      flinkPort: { value: 8081 },
      plain: "x",
    };
    const own = { "p:kafkaPort": 19092, "p:apiKey": { secure: "v1:abc" }, "docker:host": "unix:///x" };
    expect(mergeConfig("p", defaults, own)).toEqual({
      kafkaPort: "19092",
      flinkPort: "8081",
      plain: "x",
      "docker:host": "unix:///x",
    });
  });

  it("suggests the stack that was meant", () => {
    write("Pulumi.yaml", "name: p\n");
    write("Pulumi.dev.yaml", "");
    expect(openProject(folder, "dev")).toMatchObject({ name: "p", stack: "dev", config: {} });
    expect(() => openProject(folder, "dve")).toThrow("there is no stack dve; did you mean dev?");
    expect(() => openProject(join(folder, "none"), "dev")).toThrow("there is no Pulumi.yaml");
  });

  it("knows which keys a stack has set, encrypted ones too", () => {
    write("Pulumi.yaml", "name: p\nconfig:\n  rate: 1\n");
    write("Pulumi.dev.yaml", "config:\n  p:plain: x\n  p:key:\n    secure: v1:abc\n  docker:host: y\n");
    expect([...openProject(folder, "dev").ownKeys]).toEqual(["plain", "key", "docker:host"]);
  });

  it("names the file that is not YAML", () => {
    write("Pulumi.yaml", "name: p\n");
    write("Pulumi.dev.yaml", "config: {");
    expect(() => openProject(folder, "dev")).toThrow("Pulumi.dev.yaml is not valid YAML");
  });
});

describe("consent", () => {
  const context = (yes: boolean, verb = "up") => ({ options: { yes, verb } }) as Context;

  it("is given by --yes, and refused if there is no terminal to ask on", async () => {
    expect(await consent(context(true), "?")).toBe(true);
    await expect(consent(context(false), "?")).rejects.toThrow("commerce up asks for confirmation");
    expect(() => requireConsent(context(false))).toThrow("there is no terminal to ask on");
  });

  it("is the script's name for `npm run destroy` where there is no terminal, as in CI", async () => {
    const script = { npm_lifecycle_event: "destroy" };
    expect(await consent(context(false, "destroy"), "?", script)).toBe(true);
    await expect(consent(context(false, "up"), "?", script)).rejects.toThrow("asks for confirmation");
    await expect(consent(context(false, "destroy"), "?", {})).rejects.toThrow("asks for confirmation");
  });

  it("is asked for by `npm run destroy` in a terminal, as its script has no --yes", () => {
    const { scripts } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"));
    expect(scripts.destroy).not.toContain("--yes");
  });
});

describe("numbers as people read them", () => {
  it.each([
    [0, "0.0 s"],
    [420, "0.4 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [65_000, "1 min 05 s"],
    [3_600_000 + 3 * 60_000, "1 h 03 min"],
  ])("%d ms is %s", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it.each([
    [0, "0 B"],
    [384 * 1024 ** 2, "384 MiB"],
    [1023.9 * 1024 ** 2, "1.0 GiB"],
    [3.94 * 1024 ** 3, "3.9 GiB"],
    [500 * 1024 ** 3, "500 GiB"],
  ])("%d bytes are %s", (number, text) => expect(bytes(number)).toBe(text));

  it("groups thousands, aligns columns, cuts lines without cutting colours", () => {
    expect(count(1234567)).toBe("1,234,567");
    expect(
      columns(
        [
          ["a", "1"],
          ["bbb", "22"],
        ],
        { right: [1] },
      ),
    ).toEqual(["a     1", "bbb  22"]);
    expect(truncate("\x1b[31mabcdef\x1b[39m", 4)).toBe("\x1b[31mabc…\x1b[39m");
    expect(truncate("abc", 3)).toBe("abc");
  });
});
