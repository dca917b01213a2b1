/**
 * Whichever process is killed, and whenever: the next `commerce up` ends with exactly what the program declares, and the
 * next `commerce destroy` with nothing, without a prompt. COMMERCE_KILLS sets the number of kills, COMMERCE_SEED repeats
 * a run.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../producer/random.ts";
import { descendants, kill } from "../pulumi/support/processes.ts";
import { nothing, SmallProject } from "../pulumi/support/small-project.ts";

const KILLS = Number(process.env.COMMERCE_KILLS ?? 16);
const SEED = Number(process.env.COMMERCE_SEED ?? Date.now() % 1_000_000);
const random = createRandom(SEED);

/** The processes to kill, found by a part of their command line. The group is `commerce` and all its descendants. */
const victims = {
  "the whole process group": "",
  "the CLI": "/pulumi ",
  "the language host": "pulumi-language-nodejs",
  "the program": "@pulumi/pulumi/cmd/run",
  "the docker plugin": "pulumi-resource-docker",
  commerce: "cli/main.ts",
} as const;
type Victim = keyof typeof victims;

let project: SmallProject;
beforeAll(() => {
  project = new SmallProject("killed");
});
afterAll(() => project.remove());

/** Runs a command, kills the victim after a delay, and waits for the surviving processes to end. */
async function killed(verb: "up" | "destroy", victim: Victim, afterMs: number): Promise<void> {
  const args = verb === "up" ? ["--yes", "--no-proof"] : ["--yes"];
  const { child, ended } = project.start(verb, args);
  const root = child.pid as number;
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, afterMs))]);
  const below = descendants(root);
  if (victim === "the whole process group")
    for (const pid of [root, ...below.map(({ pid }) => pid)]) kill(pid);
  else for (const { pid, command } of below) if (command.includes(victims[victim])) kill(pid);
  await ended;
}

const cases = Array.from({ length: KILLS }, (_, at) => {
  const names = Object.keys(victims) as Victim[];
  return {
    at: at + 1,
    verb: at % 3 === 2 ? ("destroy" as const) : ("up" as const),
    victim: names[Math.floor(random.fraction() * names.length)] as Victim,
    afterMs: Math.round(300 + random.fraction() * 6_000),
  };
});

describe(`killed runs (seed ${SEED})`, () => {
  it.each(cases)(
    "can be repeated: $at, $verb, $victim killed after $afterMs ms",
    async ({ at, verb, victim, afterMs }) => {
      // A new generation replaces the containers, so that each run has something to do.
      project.configure({ generation: at });
      await killed(verb, victim, afterMs);
      const again = verb === "up" || at % 2 === 0 ? await project.up() : await project.destroy();
      expect(again.code, again.text).toBe(0);
      const isUp = verb === "up" || at % 2 === 0;
      expect(await project.objects()).toEqual(isUp ? project.declared : nothing);
      const recorded = await project.recorded();
      expect(recorded.map(({ urn }) => urn.split("::").at(-1)).sort()).toEqual(
        isUp ? ["container-0", "container-1", "network", "password", "volume-a", "volume-b"] : [],
      );
    },
  );

  it("are followed by runs that begin at once", async () => {
    project.configure({ generation: KILLS + 1 });
    await killed("up", "the whole process group", 2_500);
    const runs = await Promise.all([project.up(), project.up(), project.up()]);
    for (const { code, text } of runs) expect(code, text).toBe(0);
    expect(await project.objects()).toEqual(project.declared);
  });

  it("leave a stack that still works", async () => {
    const up = await project.up();
    expect(up.code, up.text).toBe(0);
    const unchanged = await project.up();
    expect(unchanged.text).toContain("is up: no changes");
    const destroy = await project.destroy();
    expect(destroy.code, destroy.text).toBe(0);
    expect(await project.objects()).toEqual(nothing);
  });
});
