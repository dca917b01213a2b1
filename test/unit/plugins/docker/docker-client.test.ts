import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configureDocker, docker, isOwn } from "../../../../plugins/docker/client.ts";

beforeEach(() => vi.stubEnv("DOCKER_HOST", undefined));
afterEach(() => {
  configureDocker({});
  vi.unstubAllEnvs();
});

describe("the Docker host", () => {
  const targetOf = async () => {
    const { modem } = (await docker()) as unknown as {
      modem: { host?: string; port?: string; socketPath?: string };
    };
    return modem.socketPath ?? `${modem.host}:${modem.port}`;
  };

  it.each([
    ["unix:///run/other.sock", "/run/other.sock"],
    ["tcp://10.0.0.1:2375", "10.0.0.1:2375"],
    ["npipe:////./pipe/other", "//./pipe/other"],
  ])("follows DOCKER_HOST: %s", async (host, target) => {
    vi.stubEnv("DOCKER_HOST", host);
    configureDocker({});
    expect(await targetOf()).toBe(target);
  });

  it("follows the provider's settings first", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://10.0.0.1:2375");
    configureDocker({ host: "tcp://10.0.0.2:2375" });
    expect(await targetOf()).toBe("10.0.0.2:2375");
  });

  it("follows DOCKER_HOST again after the setting was removed", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://10.0.0.1:2375");
    for (const host of ["tcp://10.0.0.2:2375", "tcp://10.0.0.3:2375"]) configureDocker({ host });
    expect(await targetOf()).toBe("10.0.0.3:2375");
    configureDocker({});
    expect(await targetOf()).toBe("10.0.0.1:2375");
  });

  it("is refused over SSH, with a clear error", () => {
    vi.stubEnv("DOCKER_HOST", "ssh://user@host");
    expect(() => docker()).toThrow("ssh://user@host: a Docker host over SSH is not supported");
  });

  it("does not accept certificates in the settings", () => {
    expect(() => configureDocker({ certPath: "/certs" })).toThrow(
      'Provider setting "certPath" is not supported',
    );
  });
});

describe("isOwn", () => {
  const declared = [
    { label: "project", value: "p" },
    { label: "stack", value: "dev" },
  ];

  it("needs every declared label, and at least one", () => {
    expect(isOwn({ project: "p", stack: "dev", more: "x" }, declared)).toBe(true);
    expect(isOwn({ project: "p", stack: "demo" }, declared)).toBe(false);
    expect(isOwn({ project: "p" }, declared)).toBe(false);
    expect(isOwn(null, declared)).toBe(false);
    expect([isOwn({ a: "b" }, []), isOwn({ a: "b" }, undefined)]).toEqual([false, false]);
  });
});
