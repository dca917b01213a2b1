import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildCredentials, credentialsFor } from "../../../../../plugins/docker/registry/credentials.ts";
import { DOCKER_HUB } from "../../../../../plugins/docker/registry/image-name.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials "));
});
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (login: string) => Buffer.from(login).toString("base64");
const env = () => ({ DOCKER_CONFIG: folder, PATH: [folder, process.env.PATH].join(delimiter) });

function writeConfig(content: object | string): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(folder, "config.json"), text);
}

/** A credential helper as Docker defines it: the registry on its input. */
function writeHelper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\nread -r registry\n${script}\n`);
  chmodSync(path, 0o755);
}

describe("credentials in Docker's configuration", () => {
  it.each(["a.b", "https://a.b", "https://a.b/v1/"])("are found under %s", async (key) => {
    writeConfig({ auths: { [key]: { auth: base64("ann:pass:word") } } });
    expect(await credentialsFor("a.b/flink:2", env())).toEqual({
      auth: { username: "ann", password: "pass:word", serveraddress: "a.b" },
    });
    expect(await credentialsFor("c.d/flink:2", env())).toEqual({});
  });

  it.each([DOCKER_HUB, "docker.io", "registry-1.docker.io"])(
    "of Docker Hub are found under %s",
    async (key) => {
      writeConfig({ auths: { [key]: { identitytoken: "token" } } });
      expect(await credentialsFor("apache/kafka:4", env())).toEqual({
        auth: { identitytoken: "token", serveraddress: DOCKER_HUB },
      });
    },
  );

  it("need not be there", async () => {
    expect(await credentialsFor("a.b/flink:2", env())).toEqual({});
    writeConfig("{");
    expect((await credentialsFor("a.b/flink:2", env())).problem).toContain("cannot be read as JSON");
  });
});

describe.skipIf(process.platform === "win32")("a credential helper", () => {
  const echo = `printf '{"Username":"%s","Secret":"s"}' "$registry"`;

  it("is asked for the registry, its own before the common one", async () => {
    writeHelper("own", echo);
    writeHelper("common", `printf '{"Username":"<token>","Secret":"t"}'`);
    writeConfig({ credsStore: "common", credHelpers: { "a.b": "own" } });
    const own = { username: "a.b", password: "s", serveraddress: "a.b" };
    expect(await credentialsFor("a.b/flink:2", env())).toEqual({ auth: own });
    const hub = { identitytoken: "t", serveraddress: DOCKER_HUB };
    expect(await credentialsFor("flink:2", env())).toEqual({ auth: hub });
  });

  it("may have none", async () => {
    writeHelper("common", 'echo "credentials not found in native keychain"; exit 1');
    writeConfig({ credsStore: "common" });
    expect(await credentialsFor("a.b/flink:2", env())).toEqual({});
  });

  it.each([
    ["fails", "echo locked; exit 1", "docker-credential-common: locked"],
    ["answers with something else", "echo secret", "docker-credential-common: its answer is not JSON"],
  ])("that %s is a problem to be told", async (_, script, problem) => {
    writeHelper("common", script);
    writeConfig({ credsStore: "common" });
    expect(await credentialsFor("a.b/flink:2", env())).toEqual({ problem });
  });

  it("is a name, not a path", async () => {
    writeConfig({ credsStore: "../../evil" });
    expect((await credentialsFor("a.b/f", env())).problem).toContain("is not a credential helper's name");
  });
});

describe("a build", () => {
  it("gets the credentials of the registries that it names", async () => {
    writeConfig({
      auths: { "a.b": { auth: base64("ann:a") }, "https://c.d/v1/": { auth: base64("ann:c") } },
    });
    expect(await buildCredentials((registry) => registry === "c.d", env())).toEqual({
      "c.d": { username: "ann", password: "c", serveraddress: "c.d" },
    });
  });
});
