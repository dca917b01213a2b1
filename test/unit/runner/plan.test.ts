import { describe, expect, it } from "vitest";
import { planOf } from "../../plan.mjs";

const check = ["types", "imports", "unused code", "format and lint", "unit", "graph", "contract"];
const stages = (...args: string[]) => planOf(args).stages;

describe("the stages of a test run", () => {
  it("are the quick ones, for a check", () => {
    expect(planOf(["--check"])).toEqual({
      stages: ["java", ...check],
      filters: [],
      stopsAtFailure: true,
      minutes: Number.POSITIVE_INFINITY,
    });
  });

  it("are the quick ones and the live ones, and with --full the rest: together all", () => {
    expect(stages()).toEqual([...check, "docker and images", "java", "pulumi", "live"]);
    expect(stages("--full")).toEqual(["docker and images", "full"]);
  });

  it("are the given ones, in their own order", () => {
    expect(stages("--only", "live,types")).toEqual(["types", "live"]);
    expect(stages("--check", "--only", "graph")).toEqual(["graph"]);
  });

  it("follow from the files, with what live tests run on", () => {
    expect(planOf(["test/graph/config.test.ts"])).toMatchObject({
      stages: ["graph"],
      filters: ["test/graph/config.test.ts"],
    });
    expect(stages("./test/full/drift.test.ts", "test\\unit\\cli\\args.test.ts")).toEqual([
      "unit",
      "docker and images",
      "full",
    ]);
  });

  it("are all with tests, for a name alone", () => {
    const plan = planOf(["-t", "destroys"]);
    expect(plan.filters).toEqual(["--testNamePattern", "destroys"]);
    expect(plan.stages).toEqual(["unit", "graph", "contract", "docker and images", "pulumi", "live", "full"]);
    expect(stages("-t", "x", "test/unit/cli/args.test.ts")).toEqual(["unit"]);
  });

  it("start files for as long as asked", () => {
    expect(planOf(["--full", "--minutes", "45"])).toMatchObject({
      stages: ["docker and images", "full"],
      minutes: 45,
    });
  });

  it.each([
    [["--minutes", "soon"], '--minutes takes a number, not "soon"'],
    [["--only", "lint"], 'There is no stage "lint". The stages: types'],
    [["cli/main.ts"], "cli/main.ts is not a test file"],
    [["--ful"], "--ful"],
  ])("%j: refused", (args, message) => {
    expect(() => planOf(args)).toThrow(message);
  });
});
