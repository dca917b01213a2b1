import { once } from "node:events";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { Plugin, type PluginHost } from "../../engine/plugins.ts";
import { loadProject } from "../../engine/project.ts";
import { PluginProvider } from "../../engine/provider-client.ts";
import { toStruct } from "../../plugins/sdk/values.ts";
import { HostileWorkspace } from "./hostile-workspace.ts";
import { processesOf, startEngine, until, untilNoneIsLeft } from "./processes.ts";
import type { Workspace } from "./workspace.ts";

let stack: Workspace;
afterEach(() => stack.remove());

function hostile(program: string, script?: string): void {
  stack = new HostileWorkspace(script);
  stack.program(program);
}

function host(env: NodeJS.ProcessEnv = {}): PluginHost & { lines: string[] } {
  const lines: string[] = [];
  return {
    project: loadProject(stack.projectDir),
    env: { ...process.env, ...stack.options.env, ...env },
    fallbackDir: stack.dir,
    engineAddress: "127.0.0.1:1",
    startTimeoutMs: 1_500,
    onLine: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    lines,
  };
}

const start = (env?: NodeJS.ProcessEnv) => Plugin.start("hostile", undefined, host(env));
const noneIsLeft = () => untilNoneIsLeft(stack);

describe("a plugin that does not come up", () => {
  it.each([
    [
      "dies",
      "echo the disk is on fire >&2; exit 3",
      /Plugin hostile .*ended with code 3\n {2}\| the disk is on fire$/,
    ],
    ["is killed", "kill -9 $$", /ended with SIGKILL$/],
    [
      "hangs",
      "echo not yet; trap '' TERM; sleep 60 & sleep 60",
      /did not print its port within 1.5 s\n {2}\| not yet$/,
    ],
    ["prints a number that is no port", "echo 20261122; sleep 60", /did not print its port/],
  ])("%s: it is told with its last words, and nothing of it is left", async (_what, script, error) => {
    hostile("", script);
    await expect(start()).rejects.toThrow(error);
    await noneIsLeft();
  });

  it("cannot be executed", async () => {
    hostile("", "echo 1");
    chmodSync(join(stack.dir, "hostile-plugin", "pulumi-resource-hostile"), 0o644);
    await expect(start()).rejects.toThrow(/Plugin hostile .*cannot be started: spawn .*EACCES/s);
  });

  it("prints a port on which nobody speaks the protocol", async () => {
    hostile("", "echo welcome; echo 1; sleep 60");
    const plugin = await start();
    await expect(new PluginProvider(plugin).handshake("127.0.0.1:1")).rejects.toThrow(
      /Plugin hostile cannot be reached for Handshake: .*ECONNREFUSED/,
    );
    await plugin.stop();
    await noneIsLeft();
  });
});

describe("a plugin that is up", () => {
  it("may print what it likes before its port; a call that it never answers ends", async () => {
    hostile("");
    const itsHost = host();
    const plugin = await Plugin.start("hostile", undefined, itsHost);
    expect(itsHost.lines).toEqual(["hostile: hello, I am a plugin"]);
    const request = new pb.CreateRequest().setProperties(toStruct({ create: "hang" }));
    await expect(plugin.call(grpc.ResourceProviderService.create, request, 300)).rejects.toThrow(
      /^Plugin hostile did not answer Create within 0.3 s\n {2}\| hello/,
    );
    await plugin.stop();
  });

  it("ends with all its family, though it does not want to", async () => {
    hostile("");
    const plugin = await start({ HOSTILE: "stubborn family" });
    await until(() => processesOf(stack).length >= 4);
    const begin = Date.now();
    await plugin.stop();
    await noneIsLeft();
    expect(Date.now() - begin).toBeLessThan(5_000);
  });

  it("takes its family with it when it dies", async () => {
    hostile("");
    const plugin = await start({ HOSTILE: "family" });
    await until(() => processesOf(stack).length >= 4);
    const pid = processesOf(stack)
      .find((line) => line.includes("hostile-plugin"))
      ?.split(" ")[0];
    process.kill(Number(pid), "SIGKILL");
    await noneIsLeft();
    await plugin.stop();
  });
});

describe("a run with a plugin that fails", () => {
  it("names the method in which it died, also when that was before any resource", async () => {
    hostile(`const p = new Host("hostile", "p", { configure: "die" });
                    new Odd("a", {}, { provider: p });`);
    const { summary } = await stack.run("up");
    expect(summary.failures).toEqual([
      { urn: expect.stringMatching(/::p$/), message: expect.stringMatching(/died \(code 3\) in Configure/) },
    ]);
    await noneIsLeft();
  });

  it("keeps a note of a create in which it died, until that is done or a refresh says that nothing is left", async () => {
    hostile(`new Odd("a", { create: "die" });`);
    const pending = () => stack.state().checkpoint.latest.pending_operations;
    const { summary } = await stack.run("up");
    expect(summary.failures[0]?.message).toMatch(
      /died \(code 3\) in Create\n.*the disk is on fire\nIt may have been done all the same/s,
    );
    expect(pending()).toMatchObject([{ type: "creating", resource: { urn: expect.stringMatching(/::a$/) } }]);
    expect((await stack.run("destroy")).text).toMatch(
      /\(a\): warning: A run ended in the middle of creating it/,
    );
    expect(pending()).toHaveLength(1);
    stack.program(`new Odd("a", { });`);
    expect((await stack.run("up")).summary).toMatchObject({ failures: [], changes: { create: 2 } });
    expect(pending()).toBeUndefined();
    stack.program(`new Odd("a", {}); new Odd("b", { create: "die" });`);
    await stack.run("up");
    expect(pending()).toHaveLength(1);
    expect((await stack.run("refresh")).summary.failures).toEqual([]);
    expect(pending()).toBeUndefined();
    await noneIsLeft();
  });

  it("passes Ctrl-C on to it, and at the second one leaves without it", async () => {
    hostile(`new Odd("a", { create: "until-cancelled" });`);
    const polite = startEngine(stack, "up");
    await until(() => stack.deeds().includes("create a"));
    polite.child.kill("SIGINT");
    expect(await once(polite.child, "exit")).toEqual([1, null]);
    expect(polite.output()).toContain("was cancelled");
    expect(stack.resource("a")).toBeUndefined();
    await noneIsLeft();

    stack.program(`new Odd("a", { create: "hang" });`);
    const rude = startEngine(stack, "up", { HOSTILE: "stubborn family" });
    await until(() => stack.deeds().includes("create a"));
    rude.child.kill("SIGTERM");
    await until(() => rude.output().includes("again"));
    await setTimeout(1_100);
    rude.child.kill("SIGTERM");
    expect(await once(rude.child, "exit")).toEqual([130, null]);
    await noneIsLeft();
    expect(stack.state().checkpoint.latest.pending_operations).toHaveLength(1);
  });
});
