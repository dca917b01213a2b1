import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ownNode } from "../../../../facts/own-node.mjs";
import { type Plugin, startPlugin } from "./plugin-process.ts";

const folderOf = (name: string) => fileURLToPath(new URL(`../../../../plugins/${name}`, import.meta.url));
const launcherOf = (name: string) => `${folderOf(name)}/pulumi-resource-${name}`;

/** Installed versions of Node that may be too old to strip types, where the launcher has the project's own to turn to. */
const OLD_NODES = ["/usr/bin/node", "/usr/local/bin/node"].filter(
  (node) => existsSync(ownNode) && existsSync(node),
);

let plugin: Plugin | undefined;
afterEach(async () => {
  await plugin?.stop();
  plugin = undefined;
});

describe("the launcher", () => {
  it.each(["docker", "postgresql"])("starts the %s plugin with little work", async (name) => {
    const start = async (of: string) => {
      await plugin?.stop();
      plugin = await startPlugin([process.execPath, launcherOf(of)]);
      return cpuSeconds(plugin.process.pid);
    };
    // That one has no slow modules, and the others load theirs on first use. Usually each takes 0.2 s.
    expect(await start(name)).toBeLessThan(2 * (await start("random")) + 0.1);
  });

  it.each(["docker", "postgresql", "random"])(
    "starts the %s plugin, which knows its version",
    async (name) => {
      plugin = await startPlugin([process.execPath, launcherOf(name)]);
      const info = await plugin.call("getPluginInfo", new empty.Empty());
      expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    },
  );

  it.each(["docker", "postgresql", "random"])(
    "can be executed, and is what Pulumi requires on Windows (%s)",
    (name) => {
      if (process.platform !== "win32") accessSync(launcherOf(name), constants.X_OK);
      const manifest = JSON.parse(readFileSync(`${folderOf(name)}/package.json`, "utf8"));
      expect(manifest).toMatchObject({ type: "module", main: `pulumi-resource-${name}` });
      expect(readFileSync(`${folderOf(name)}/PulumiPlugin.yaml`, "utf8")).toBe("runtime: nodejs\n");
    },
  );

  it.skipIf(OLD_NODES.length === 0)("runs the project's Node, and forwards signals", async () => {
    plugin = await startPlugin([OLD_NODES[0] ?? "", launcherOf("random")]);
    await plugin.call("getPluginInfo", new empty.Empty());
    plugin.process.kill("SIGTERM");
    expect(await once(plugin.process, "exit")).toEqual([0, null]);
  });

  it.each([process.execPath, ...OLD_NODES.slice(0, 1)])(
    "ends with the engine that started it (%s)",
    async (node) => {
      const code = `
      const plugin = require("node:child_process").spawn(${JSON.stringify(node)}, [${JSON.stringify(launcherOf("random"))}, "127.0.0.1:1"]);
      plugin.stdout.once("data", () => console.log(plugin.pid));`;
      const engine = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
      const [pid] = await once(createInterface({ input: engine.stdout }), "line");
      const children = childrenOf(Number(pid));
      engine.kill("SIGKILL");
      await vi.waitFor(() => expect([Number(pid), ...children].filter(isAlive)).toEqual([]), 6000);
    },
    10_000,
  );
});

function isAlive(pid: number): boolean {
  try {
    // Where no process collects orphans, as in some containers, an ended process stays as a zombie.
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Processor time so far, which does not depend on the load of the machine; 0 if it is unknown. */
function cpuSeconds(pid: number | undefined): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const [user, system] = readFileSync(file, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** On Linux. Elsewhere only the launcher itself is checked. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}
