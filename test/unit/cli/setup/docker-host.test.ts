import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dockerEnvironment, type Machine, resolveDockerEndpoint } from "../../../../cli/setup/docker-host.ts";

function machine(platform: NodeJS.Platform, files: Record<string, string> = {}): Machine {
  return {
    platform,
    home: platform === "win32" ? "C:\\Users\\ada" : "/home/ada",
    exists: (path) => path in files,
    readFile: (path) => files[path] ?? "",
  };
}

const idOf = (context: string) => createHash("sha256").update(context).digest("hex");
const meta = (host: string) => JSON.stringify({ Name: "any", Endpoints: { docker: { Host: host } } });

function linuxWithContext(name: string, host: string, more: Record<string, string> = {}): Machine {
  return machine("linux", {
    [`/home/ada/.docker/contexts/meta/${idOf(name)}/meta.json`]: meta(host),
    ...more,
  });
}

describe("without any setting", () => {
  test.each([
    ["linux", "unix:///var/run/docker.sock"],
    ["darwin", "unix:///var/run/docker.sock"],
    ["win32", "npipe:////./pipe/docker_engine"],
  ] as const)("%s has its default", (platform, url) => {
    const endpoint = resolveDockerEndpoint({}, machine(platform));
    expect(endpoint).toMatchObject({ url, isDefault: true });
    expect(dockerEnvironment(endpoint)).toEqual({});
  });

  test("a Docker Desktop that keeps its socket in the home folder is found", () => {
    const own = "/home/ada/.docker/run/docker.sock";
    const endpoint = resolveDockerEndpoint({}, machine("darwin", { [own]: "" }));
    expect(endpoint).toMatchObject({ url: `unix://${own}`, isDefault: false });
    expect(dockerEnvironment(endpoint)).toEqual({ DOCKER_HOST: `unix://${own}` });
  });

  test("the system's socket takes precedence over the one in the home folder", () => {
    const files = { "/home/ada/.docker/run/docker.sock": "", "/var/run/docker.sock": "" };
    expect(resolveDockerEndpoint({}, machine("darwin", files)).url).toBe("unix:///var/run/docker.sock");
  });

  test("a configuration without a context changes nothing", () => {
    const files = { "/home/ada/.docker/config.json": '{"auths":{}}' };
    expect(resolveDockerEndpoint({}, machine("linux", files)).isDefault).toBe(true);
  });
});

describe("DOCKER_HOST", () => {
  test("takes precedence over a context", () => {
    const env = { DOCKER_HOST: "tcp://10.0.0.5:2375", DOCKER_CONTEXT: "lab" };
    const endpoint = resolveDockerEndpoint(env, linuxWithContext("lab", "ssh://ada@lab"));
    expect(endpoint).toMatchObject({ url: "tcp://10.0.0.5:2375", source: "DOCKER_HOST", isDefault: false });
  });

  test("is used with its certificates", () => {
    const env = { DOCKER_HOST: "tcp://10.0.0.5:2376", DOCKER_CERT_PATH: "/certs" };
    expect(dockerEnvironment(resolveDockerEndpoint(env, machine("linux")))).toEqual({
      DOCKER_HOST: "tcp://10.0.0.5:2376",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: "/certs",
    });
  });

  test("empty means unset", () => {
    expect(resolveDockerEndpoint({ DOCKER_HOST: "" }, machine("linux")).isDefault).toBe(true);
  });
});

describe("contexts", () => {
  test("the one that `docker context use` chose", () => {
    const config = { "/home/ada/.docker/config.json": '{"currentContext":"rootless"}' };
    const rootless = linuxWithContext("rootless", "unix:///run/user/1000/docker.sock", config);
    expect(resolveDockerEndpoint({}, rootless)).toEqual({
      url: "unix:///run/user/1000/docker.sock",
      source: "the Docker context rootless",
      isDefault: false,
    });
  });

  test("DOCKER_CONTEXT takes precedence over it", () => {
    const config = { "/home/ada/.docker/config.json": '{"currentContext":"other"}' };
    const lab = linuxWithContext("lab", "ssh://ada@lab", config);
    expect(resolveDockerEndpoint({ DOCKER_CONTEXT: "lab" }, lab).url).toBe("ssh://ada@lab");
  });

  test("`default` is the platform's default", () => {
    const config = { "/home/ada/.docker/config.json": '{"currentContext":"lab"}' };
    const lab = linuxWithContext("lab", "ssh://ada@lab", config);
    expect(resolveDockerEndpoint({ DOCKER_CONTEXT: "default" }, lab).isDefault).toBe(true);
  });

  test("on Windows their paths have backslashes", () => {
    const dir = "C:\\Users\\ada\\.docker";
    const files = {
      [`${dir}\\config.json`]: '{"currentContext":"desktop-linux"}',
      [`${dir}\\contexts\\meta\\${idOf("desktop-linux")}\\meta.json`]: meta(
        "npipe:////./pipe/dockerDesktopLinuxEngine",
      ),
    };
    const endpoint = resolveDockerEndpoint({}, machine("win32", files));
    expect(endpoint.url).toBe("npipe:////./pipe/dockerDesktopLinuxEngine");
  });

  test("DOCKER_CONFIG changes their folder", () => {
    const files = {
      "/etc/docker-cli/config.json": '{"currentContext":"lab"}',
      [`/etc/docker-cli/contexts/meta/${idOf("lab")}/meta.json`]: meta("tcp://lab:2375"),
    };
    const endpoint = resolveDockerEndpoint({ DOCKER_CONFIG: "/etc/docker-cli" }, machine("linux", files));
    expect(endpoint.url).toBe("tcp://lab:2375");
  });

  test("their certificates are used", () => {
    const dir = `/home/ada/.docker/contexts/tls/${idOf("lab")}/docker`;
    const lab = linuxWithContext("lab", "tcp://lab:2376", { [`${dir}/cert.pem`]: "…" });
    expect(dockerEnvironment(resolveDockerEndpoint({ DOCKER_CONTEXT: "lab" }, lab))).toEqual({
      DOCKER_HOST: "tcp://lab:2376",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: dir,
    });
  });

  test("one that does not exist is an error that names its file", () => {
    expect(() => resolveDockerEndpoint({ DOCKER_CONTEXT: "lost" }, machine("linux"))).toThrow(
      /context lost has no engine .*contexts\/meta\//,
    );
  });

  test("a damaged configuration is an error that names the file", () => {
    const files = { "/home/ada/.docker/config.json": "{" };
    expect(() => resolveDockerEndpoint({}, machine("linux", files))).toThrow(
      /config\.json cannot be read as JSON/,
    );
  });
});
