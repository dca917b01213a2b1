/** A program on the real Pulumi CLI, through `commerce` and directly, with the same results. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../live/support/docker.ts";
import { TEST_PROJECT } from "../live/support/leftovers.ts";
import { nothing, SmallProject } from "./support/small-project.ts";

let project: SmallProject;
beforeAll(() => {
  project = new SmallProject("by-hand");
});
afterAll(() => project.remove());

const outputs = async () => {
  const { ended } = project.start("outputs", ["--json", "--show-secrets"]);
  return JSON.parse((await ended).text);
};

describe("a program on the Pulumi CLI", () => {
  it("is deployed through commerce", async () => {
    const run = await project.up();
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain("is up: 7 created");
    expect(await project.objects()).toEqual(project.declared);
    expect(await outputs()).toEqual({
      names: project.declared.containers,
      password: expect.stringMatching(/^\w{32}$/),
    });
  });

  it("shows no password unless it is requested", async () => {
    const { password } = await outputs();
    const { ended } = project.start("outputs", ["--json"]);
    const masked = await ended;
    expect(JSON.parse(masked.text).password).toBe("[secret]");
    expect(
      readFileSync(
        join(project.dir, ".pulumi-state", ".pulumi", "stacks", TEST_PROJECT, "by-hand.json"),
        "utf8",
      ),
    ).not.toContain(password);
  });

  it("changes nothing in a second up, even with colours forced", async () => {
    process.env.FORCE_COLOR = "1";
    const run = await project.up();
    delete process.env.FORCE_COLOR;
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain("is up: no changes");
  });

  it("can be given any Pulumi command, with stack, state and passphrase supplied", async () => {
    const { code, text } = await project.start("pulumi", ["stack", "--show-urns"]).ended;
    expect(code, text).toBe(0);
    expect(text).toContain("docker:index/volume:Volume::volume-a");
    const history = await project.start("pulumi", ["stack", "history", "--json"]).ended;
    expect(JSON.parse(history.text)[0]).toMatchObject({ kind: "update", result: "succeeded" });
    const config = await project.start("config", ["get", "none"]).ended;
    expect(config.code).not.toBe(0);
  });

  it("keeps its outputs and resources when it throws", async () => {
    const before = await outputs();
    const urns = async () => (await project.recorded()).map(({ urn }) => urn).sort();
    const recorded = await urns();
    project.configure({ throws: true, generation: 1 });
    const run = await project.up();
    expect(run.code).toBe(1);
    expect(run.text).toContain("the program has thrown");
    expect(run.text).toContain("up failed, for the reason above");
    expect(run.text).not.toMatch(/Channel has been shut down|failed to deliver/);
    expect(await outputs()).toEqual(before);
    expect(await urns()).toEqual(recorded);
    project.configure({});
  });

  it("retains its volumes on destroy as last recorded, even after a failed run", async () => {
    project.configure({ throws: true, retain: true });
    expect((await project.up()).code).toBe(1);
    project.configure({ retain: true });
    const { volumes } = project.declared;
    const kept = await project.up();
    expect(kept.code, kept.text).toBe(0);
    project.configure({});
    const run = await project.destroy();
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain(`its data is kept in the volumes ${volumes.join(", ")}`);
    expect(await project.objects()).toEqual({ ...nothing, volumes });
  });

  it("adopts retained volumes", async () => {
    const run = await project.up();
    expect(run.code, run.text).toBe(0);
    expect(await project.objects()).toEqual(project.declared);
  });

  it("gives the same results with preview, refresh and up of the Pulumi CLI", async () => {
    for (const words of [
      ["preview", "--refresh"],
      ["refresh", "--yes"],
      ["up", "--yes", "--refresh"],
    ]) {
      const run = await project.pulumi(...words);
      expect(run.code, run.text).toBe(0);
      expect(run.text).toMatch(/Resources:\s+7 unchanged/);
    }
    project.configure({ generation: 2 });
    const changed = await project.pulumi("up", "--yes");
    expect(changed.text).toMatch(/2 replaced/);
    expect((await project.up()).text).toContain("is up: no changes");
  });

  it("restores a removed container, and a removed volume with a warning about its data", async () => {
    const { containers, volumes } = project.declared;
    await docker("rm", "--force", ...containers);
    await docker("volume", "rm", volumes[0] as string);
    const preview = await project.start("preview").ended;
    expect(preview.code, preview.text).toBe(0);
    const run = await project.up();
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain(`Volume ${volumes[0]} is gone, with all that was in it`);
    expect(await project.objects()).toEqual(project.declared);
    expect((await project.up()).text).toContain("is up: no changes");
  });

  it("keeps its records if another Docker engine answers, which has none of its resources", async () => {
    const { containers, volumes, networks } = project.declared;
    await docker("rm", "--force", ...containers);
    await docker("volume", "rm", ...volumes);
    const recorded = await project.recorded();
    for (const verb of ["up", "destroy"]) {
      const run = await project.start(verb, ["--yes"]).ended;
      expect(run.code).toBe(1);
      expect(run.text).toContain("not one of the stack's 4 containers and volumes is on the Docker engine");
    }
    expect(await project.recorded()).toEqual(recorded);
    const purged = await project.destroy("--purge");
    expect(purged.code, purged.text).toBe(0);
    expect(await docker("network", "ls", "--quiet", "--filter", `name=^${networks[0]}$`)).toBe("");
    const again = await project.up();
    expect(again.code, again.text).toBe(0);
  });

  it("keeps the record of a resource without the stack's labels", async () => {
    project.configure({ generation: 2, unlabelled: true });
    for (const result of ["1 created", "no changes"]) {
      const run = await project.up();
      expect(run.code, run.text).toBe(0);
      expect(run.text).toContain(result);
    }
    project.configure({ generation: 2 });
    expect((await project.up()).text).toContain("1 deleted");
  });

  it("takes over the lock of a killed run without a prompt", async () => {
    const locks = join(
      project.dir,
      ".pulumi-state",
      ".pulumi",
      "locks",
      "organization",
      TEST_PROJECT,
      "by-hand",
    );
    const lock = {
      pid: 2 ** 22 - 1,
      username: "me",
      hostname: (await import("node:os")).hostname(),
      timestamp: new Date(),
    };
    writeFileSync(join(locks, "0a1b2c3d-0000-4000-8000-000000000000.json"), JSON.stringify(lock));
    const run = await project.up();
    expect(run.code, run.text).toBe(0);
    expect(run.text).toContain(`Taking over from process ${lock.pid}`);
  });

  it("is not destroyed with a state that does not contain it", async () => {
    const elsewhere = ["--yes", "--backend", `file://${join(project.dir, "elsewhere")}`];
    const run = await project.start("destroy", elsewhere).ended;
    expect(run.code).toBe(1);
    expect(run.text).toContain("is not in this state, but there is something of that name");
    expect(await project.objects()).toEqual(project.declared);
  });

  it("is previewed as JSON, with nothing else on standard output", async () => {
    const { child, ended } = project.start("preview", ["--json"]);
    let stdout = "";
    child.stdout?.on("data", (data) => (stdout += data));
    await ended;
    expect(JSON.parse(stdout).changeSummary).toEqual({ same: 7 });
  });

  it("is gone after destroy, through commerce or directly", async () => {
    const byHand = await project.pulumi("destroy", "--yes");
    expect(byHand.code, byHand.text).toBe(0);
    expect(await project.objects()).toEqual(nothing);
    const run = await project.destroy();
    expect(run.code, run.text).toBe(0);
    expect(await project.objects()).toEqual(nothing);
    expect(await project.recorded()).toEqual([]);
  });
});
