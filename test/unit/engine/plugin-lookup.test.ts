import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPlugin } from "../../../engine/plugin-lookup.ts";
import { loadProject } from "../../../engine/project.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lookup-"));
  project();
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Makes `pulumi-resource-docker` in a folder; returns its path. */
function plugin(folder: string, mode = 0o755): string {
  const path = join(dir, folder, "pulumi-resource-docker");
  mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, mode);
  return path;
}

const installed = (version: string) => plugin(`home/plugins/resource-docker-v${version}`);
const project = (plugins = "") =>
  writeFileSync(join(dir, "Pulumi.yaml"), `name: p\nruntime: nodejs\nplugins:\n  providers: [${plugins}]\n`);

function find(version?: string, env: NodeJS.ProcessEnv = {}) {
  const places = { PATH: `${dir}/nowhere::${dir}/bin`, PULUMI_HOME: join(dir, "home"), ...env };
  return findPlugin("docker", version, {
    project: loadProject(dir),
    env: places,
    fallbackDir: join(dir, "fallback"),
  });
}

describe("a plugin is looked for", () => {
  it("in Pulumi.yaml, on PATH, in the plugin folder, and at last among the engine's own", () => {
    expect(() => find("4.5.0")).toThrow(
      `There is no plugin for package docker v4.5.0: looked on PATH, in ${dir}/home/plugins and in ${dir}/fallback. ` +
        "Install it with 'pulumi plugin install resource docker v4.5.0'",
    );
    const fallback = plugin("fallback/docker");
    expect(find("4.5.0").command).toBe(fallback);
    const official = installed("4.5.0");
    expect(find("4.5.0")).toEqual({ command: official, args: [] });
    const ambient = plugin("bin");
    expect(find("4.5.0")).toEqual({ command: ambient, args: [], isAmbient: true });
    project("{ name: docker, path: mine }");
    const declared = plugin("mine");
    expect(find("4.5.0").command).toBe(declared);
  });

  it("in Pulumi.yaml only for the version that it names there", () => {
    project("{ name: docker, path: mine, version: 4.5.1 }");
    const [declared, official] = [plugin("mine"), installed("4.5.0")];
    expect(find("4.5.1").command).toBe(declared);
    expect(find().command).toBe(declared);
    expect(find("4.5.0").command).toBe(official);
    rmSync(declared);
    expect(() => find("4.5.1")).toThrow(
      /Pulumi.yaml places plugin docker in .*mine: there is no pulumi-resource/,
    );
  });

  it("on PATH as a file that can be executed, unless that is switched off", () => {
    const [ambient, official] = [plugin("bin"), installed("4.5.0")];
    for (const on of ["1", "true", "TRUE"]) {
      expect(find("4.5.0", { PULUMI_IGNORE_AMBIENT_PLUGINS: on }).command).toBe(official);
    }
    for (const off of ["", "0", "false"]) {
      expect(find("4.5.0", { PULUMI_IGNORE_AMBIENT_PLUGINS: off }).command).toBe(ambient);
    }
    chmodSync(ambient, 0o644);
    expect(find("4.5.0").command).toBe(official);
    rmSync(ambient);
    mkdirSync(ambient);
    expect(find("4.5.0").command).toBe(official);
  });

  it("in the plugin folder by its exact version, or the newest, pre-releases last", () => {
    const [old, newest, next] = ["4.9.0", "4.10.0", "5.0.0-alpha.1"].map(installed);
    expect(find("4.9.0").command).toBe(old);
    expect(() => find("4.9.1")).toThrow(/no plugin for package docker v4\.9\.1/);
    expect(find().command).toBe(newest);
    rmSync(join(dir, "home/plugins/resource-docker-v4.10.0"), { recursive: true });
    rmSync(join(dir, "home/plugins/resource-docker-v4.9.0"), { recursive: true });
    expect(find().command).toBe(next);
  });

  it("in the plugin folder only where its installation is complete", () => {
    const old = installed("4.5.0");
    installed("4.6.0");
    installed("4.7.0.tmp1234");
    for (const file of ["v4.6.0.partial", "v4.6.0.lock", "v4.8.0.lock"]) {
      writeFileSync(join(dir, `home/plugins/resource-docker-${file}`), "");
    }
    expect(find().command).toBe(old);
    expect(() => find("4.6.0")).toThrow(
      /\(the installation of .*resource-docker-v4\.6\.0 was not finished\)/,
    );
  });
});
