import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { stacksIn } from "../../../cli/pulumi/recorded-stacks.ts";
import { describeContainers, listStacks } from "../../../cli/stack-list.ts";

const container = (stack: string, State: string, Status = "") => ({ stack, State, Status });

describe("the list of stacks", () => {
  it("has every stack with state or containers, and none that was destroyed", () => {
    const recorded = new Map([
      ["demo", 42],
      ["destroyed", 0],
    ]);
    const containers = [
      container("demo", "running", "Up 2 minutes (healthy)"),
      container("demo", "running", "Up 2 minutes (unhealthy)"),
      container("demo", "exited", "Exited (1) 3 seconds ago"),
      container("elsewhere", "running"),
    ];
    expect(listStacks(recorded, containers)).toEqual([
      { name: "demo", resources: 42, containers: { total: 3, running: 2, unhealthy: 1 } },
      { name: "elsewhere", resources: undefined, containers: { total: 1, running: 1, unhealthy: 0 } },
    ]);
    expect(listStacks(recorded, undefined)).toEqual([{ name: "demo", resources: 42, containers: undefined }]);
  });

  it("says how the containers are", () => {
    expect(describeContainers(undefined)).toBe("unknown");
    expect(describeContainers({ total: 0, running: 0, unhealthy: 0 })).toBe("none");
    expect(describeContainers({ total: 7, running: 7, unhealthy: 0 })).toBe("7 running");
    expect(describeContainers({ total: 7, running: 5, unhealthy: 1 })).toBe("5 of 7 running, 1 unhealthy");
  });

  it("reads the state of a folder, compressed or not", () => {
    const folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
    const types = ["pulumi:pulumi:Stack", "pulumi:providers:docker", "docker:index/network:Network"];
    const state = JSON.stringify({ checkpoint: { latest: { resources: types.map((type) => ({ type })) } } });
    writeFileSync(join(folder, "dev.json"), state);
    writeFileSync(join(folder, "demo.json.gz"), gzipSync(state));
    writeFileSync(join(folder, "dev.json.attrs"), "");
    writeFileSync(join(folder, "empty.json"), '{"checkpoint":{}}');
    expect(stacksIn(folder)).toEqual(
      new Map([
        ["demo", 1],
        ["dev", 1],
        ["empty", 0],
      ]),
    );
    expect(stacksIn(join(folder, "none"))).toEqual(new Map());
    rmSync(folder, { recursive: true });
  });
});
