import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCgroup } from "../../../cli/cgroup.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "commerce-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

const version2 = (folder: string) => ({
  [`${folder}/cpu.stat`]: "usage_usec 2500\nuser_usec 2000\nsystem_usec 500\n",
  [`${folder}/memory.current`]: "1000\n",
  [`${folder}/memory.stat`]: "anon 600\ninactive_file 300\nactive_file 100\n",
});
const version1 = (cgroup: string) => ({
  [`cpuacct/${cgroup}/cpuacct.usage`]: "2500000\n",
  [`memory/${cgroup}/memory.usage_in_bytes`]: "1000\n",
  [`memory/${cgroup}/memory.stat`]: "inactive_file 7\ntotal_inactive_file 300\n",
});

describe("the counters of a container's cgroup", () => {
  it.each([
    ["version 2, by systemd", version2("system.slice/docker-abc.scope")],
    ["version 2, by Docker", version2("docker/abc")],
    ["version 1, by systemd", version1("system.slice/docker-abc.scope")],
    ["version 1, by Docker", version1("docker/abc")],
  ])("are read in %s", (_, files) => {
    write(files);
    expect(readCgroup("abc", root)).toEqual({ memory: 700, cpuTime: 2_500_000 });
  });

  it("are not those of another container", () => {
    write(version2("docker/abcd"));
    expect(readCgroup("abc", root)).toBeUndefined();
  });

  it("are none without cgroups", () => {
    expect(readCgroup("abc", join(root, "none"))).toBeUndefined();
  });
});
