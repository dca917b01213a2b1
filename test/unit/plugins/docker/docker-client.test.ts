import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configureDocker, docker, refuseForeign, requireOwn } from "../../../../plugins/docker/client.ts";

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

describe("an existing object", () => {
  const declared = [
    { label: "a.folder", value: "/mine" },
    { label: "a.owner", value: "me" },
    { label: "a.stack", value: "dev" },
  ];
  const theirs = { "a.folder": "/other", "a.owner": "them", "a.stack": "dev" };
  const adopt = (live: Record<string, string> | null, labels = declared) =>
    requireOwn("volume", "data", live, labels);
  const replace = (live: Record<string, string>) => refuseForeign("network", "net", live, declared);

  it("is the stack's with every declared label, whichever checkout created it", () => {
    expect(() => adopt({ "a.folder": "/mine", "a.owner": "me", "a.stack": "dev", more: "x" })).not.toThrow();
    expect(() => adopt({ "a.stack": "dev" })).not.toThrow();
    expect(() => adopt(theirs)).not.toThrow();
  });

  it("is refused without the stack's labels, and if nothing is declared", () => {
    const message = "does not have this stack's labels";
    expect(() => adopt({ "a.stack": "demo" })).toThrow(message);
    expect(() => adopt({})).toThrow(message);
    expect(() => adopt(null)).toThrow(message);
    expect(() => adopt({ "a.stack": "dev" }, [])).toThrow(message);
  });

  it("of another checkout is refused by naming its folder", () => {
    expect(() => replace(theirs)).toThrow("network net belongs to the checkout in /other");
  });

  it("is not another checkout's if the state was lost, the folder moved, or neither is known", () => {
    expect(() => replace({ ...theirs, "a.folder": "/mine" })).not.toThrow();
    expect(() => replace({ ...theirs, "a.owner": "me" })).not.toThrow();
    expect(() => replace({ "a.stack": "dev" })).not.toThrow();
  });
});
