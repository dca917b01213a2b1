import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { projectDir } from "../../cli/bootstrap.mjs";
import { hostNetwork, ownAuthorities } from "../../infra/host-network.ts";
import { type Declared, declare } from "./program.ts";

vi.setConfig({ testTimeout: 30_000 });
afterEach(() => vi.unstubAllEnvs());

const folder = join(projectDir, "host-network", "certificates");
const proxies = { HTTPS_PROXY: "http://ann:secret@proxy:3128", https_proxy: "http://ann:secret@proxy:3128" };
const certificates = ["-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----"];

interface Build {
  imageName: string;
  build: { args: Record<string, string>; context: string };
}

const builds = (declared: Declared[]) =>
  new Map(
    declared
      .filter(({ type }) => type === "docker:index/image:Image")
      .map(({ name, inputs }) => [name.replace(/-build$/, ""), inputs as unknown as Build]),
  );
const argsOf = (declared: Declared[], name: string) => builds(declared).get(name)?.build.args ?? {};

describe("a machine with direct access", () => {
  it("builds on the official images themselves", async () => {
    const declared = await declare();
    expect([...builds(declared).keys()].sort()).toEqual(["flink", "kafka", "producer"]);
    expect(argsOf(declared, "flink").MAVEN_IMAGE).toMatch(/^maven:/);
  });
});

describe("a machine in a company's network", () => {
  const network = { proxies, certificates };
  // The files are the real ones of this checkout, so they are put back.
  let before: [string, string][] = [];
  beforeAll(() => {
    before = filesIn(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before.length > 0) mkdirSync(folder);
    for (const [name, text] of before) writeFileSync(join(folder, name), text);
  });

  it("downloads in images with its certificate authorities", async () => {
    const declared = await declare({}, undefined, undefined, network);
    const built = builds(declared);
    const maven = built.get("maven-network");
    const node = built.get("node-network");
    expect(maven?.build).toMatchObject({
      context: "../host-network",
      args: { BASE_IMAGE: expect.stringMatching(/^maven:/) },
    });
    expect(argsOf(declared, "flink").MAVEN_IMAGE).toBe(maven?.imageName);
    expect(argsOf(declared, "kafka").MAVEN_IMAGE).toBe(maven?.imageName);
    expect(argsOf(declared, "producer").NODE_IMAGE).toBe(node?.imageName);
    expect(filesIn(folder).map(([, text]) => text)).toEqual([`${certificates[0]}\n`]);
    const flink = declared.find(({ name }) => name === "flink-build");
    expect(flink?.opts.dependsOn).toHaveLength(2);
  });

  it("gives every build its proxies, whose password is not in an image's name", async () => {
    const declared = await declare({}, undefined, undefined, network);
    for (const [name, { build, imageName }] of builds(declared)) {
      expect(build.args, name).toMatchObject(proxies);
      expect(imageName).not.toContain("secret");
    }
    const direct = await declare({}, undefined, undefined, { proxies: {}, certificates });
    const names = (of: Declared[]) => [...builds(of).values()].map(({ imageName }) => imageName);
    expect(names(declared)).toEqual(names(direct));
  });

  it("with a proxy only, needs no other image for Node", async () => {
    const declared = await declare({}, undefined, undefined, { proxies, certificates: [] });
    expect([...builds(declared).keys()].sort()).toEqual(["flink", "kafka", "maven-network", "producer"]);
    expect(filesIn(folder)).toEqual([]);
  });
});

describe("images from another registry", () => {
  it("are pulled and built on by their names there", async () => {
    vi.stubEnv("COMMERCE_REGISTRY", "registry.example.com/mirror");
    const declared = await declare();
    const pulled = declared.filter(({ type }) => type === "docker:index/remoteImage:RemoteImage");
    expect(pulled.length).toBeGreaterThan(0);
    for (const { inputs } of pulled) expect(inputs.name).toMatch(/^registry\.example\.com\/mirror\//);
    expect(argsOf(declared, "flink").FLINK_IMAGE).toMatch(/^registry\.example\.com\/mirror\/flink:/);
  });
});

describe("this machine's own certificate authorities", () => {
  const [first = "", second = ""] = tls.rootCertificates;

  it("are those that are not public", () => {
    expect(ownAuthorities(`# a comment\n${first}\r\n${second}`, second)).toEqual([first.trim()]);
    expect(ownAuthorities(`${first}\n${first}`, "")).toHaveLength(1);
    expect(ownAuthorities(first.replaceAll("\n", "\r\n"), first)).toEqual([]);
  });

  it("are not what only looks like one", () => {
    expect(ownAuthorities(certificates.join(), "")).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("are found in the files that the environment names", () => {
    const scratch = mkdtempSync(join(tmpdir(), "certificates-"));
    const file = join(scratch, "bundle.pem");
    writeFileSync(file, tls.rootCertificates.join("\n"));
    expect(hostNetwork({ SSL_CERT_FILE: file, https_proxy: proxies.HTTPS_PROXY })).toEqual({
      proxies,
      certificates: [],
    });
    rmSync(scratch, { recursive: true });
  });
});

function filesIn(path: string): [string, string][] {
  try {
    return readdirSync(path).map((name) => [name, readFileSync(join(path, name), "utf8")]);
  } catch {
    return [];
  }
}
