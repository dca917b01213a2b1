import { describe, expect, it } from "vitest";
import { type Options, parseCommandLine } from "../../../cli/args.ts";
import { helpText } from "../../../cli/help.ts";
import { styleFor } from "../../../cli/style.ts";
import { flags, type Verb, verbs } from "../../../cli/verbs.ts";

function options(line: string | string[], env: Record<string, string> = {}): Options {
  const parsed = parseCommandLine(typeof line === "string" ? line.split(" ") : line, env);
  if (parsed.kind !== "run") throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

function error(line: string, env: Record<string, string> = {}): string {
  const parsed = parseCommandLine(line === "" ? [] : line.split(" "), env);
  if (parsed.kind !== "error") throw new Error(JSON.stringify(parsed));
  return parsed.message;
}

describe("the command line", () => {
  it("has defaults for everything", () => {
    expect(options("up")).toEqual({
      verb: "up",
      stack: "dev",
      backend: undefined,
      images: "auto",
      json: false,
      showSecrets: false,
      yes: false,
      proof: true,
      diff: false,
      purge: false,
      from: undefined,
      argument: undefined,
      target: [],
      targetDependents: false,
      replace: [],
      cwd: undefined,
      words: [],
    });
  });

  it("reads every flag, in both spellings, before and after the verb", () => {
    const line =
      "--stack=demo up --backend current --images local --no-proof --json -y --diff " +
      "--target a --target=b --target-dependents --replace c --cwd /p";
    expect(options(line)).toEqual({
      verb: "up",
      stack: "demo",
      backend: "current",
      images: "local",
      json: true,
      showSecrets: false,
      yes: true,
      proof: false,
      diff: true,
      purge: false,
      from: undefined,
      argument: undefined,
      target: ["a", "b"],
      targetDependents: true,
      replace: ["c"],
      cwd: "/p",
      words: [],
    });
    expect(options("up -s demo -C /p -t a -j")).toMatchObject({ stack: "demo", cwd: "/p", target: ["a"] });
  });

  it("takes a word, a time, and the wish to leave nothing, where they belong", () => {
    expect(options("scale 4 --stack demo")).toMatchObject({ verb: "scale", argument: "4", stack: "demo" });
    expect(options("replay --from beginning")).toMatchObject({ verb: "replay", from: "beginning" });
    expect(options("destroy --purge")).toMatchObject({ verb: "destroy", purge: true });
  });

  it("takes the stack from PULUMI_STACK, and --stack over it", () => {
    expect(options("status", { PULUMI_STACK: "demo" }).stack).toBe("demo");
    expect(options("status --stack dev", { PULUMI_STACK: "demo" }).stack).toBe("dev");
  });

  it.each([
    ["", "say what to do"],
    ["destory", "unknown command destory; did you mean commerce destroy?"],
    ["waltz", "unknown command waltz"],
    ["up --imgaes local", "unknown flag --imgaes; did you mean --images?"],
    ["up --no-poof", "unknown flag --no-poof; did you mean --no-proof?"],
    ["up --frobnicate", "unknown flag --frobnicate"],
    ["up -x", "unknown flag -x"],
    ["up --images auto1", "--images auto1: must be one of auto, registry, local"],
    ["up --images", "--images needs a value: --images SOURCE"],
    ["up --images --json", "--images needs a value: --images SOURCE"],
    ["up --json=yes", "--json takes no value (found yes)"],
    ["destroy --replace urn", "commerce destroy has no flag --replace"],
    ["config get x --backend", "--backend needs a value: --backend URL"],
    ["status --show-secrets", "commerce status has no flag --show-secrets"],
    ["up --stack ../dev", 'stack name "../dev"'],
    ["up dev", "unexpected argument dev"],
    ["scale", "commerce scale needs N: commerce scale N"],
    ["scale 4 5", "unexpected argument 5"],
    ["pause 4", "unexpected argument 4"],
    ["resume --from beginning", "commerce resume has no flag --from"],
    ["up --purge", "commerce up has no flag --purge"],
  ])("refuses `%s`", (line, message) => {
    expect(error(line)).toContain(message);
  });

  it("suggests nothing far-fetched", () => {
    expect(error("waltz")).not.toContain("did you mean");
    expect(error("up --frobnicate")).not.toContain("did you mean");
  });

  it("tells that npm keeps flags which come without two dashes", () => {
    expect(error("up demo", { npm_lifecycle_event: "start" })).toContain("npm start -- --stack demo");
    expect(error("status demo", { npm_lifecycle_event: "status" })).toContain(
      "npm run status -- --stack demo",
    );
  });

  it.each([
    ["npm_config_stack", "demo", "npm run destroy -- --stack"],
    ["npm_config_secret", "true", "npm run destroy -- --secret"],
    ["npm_config_purge", "true", "npm run destroy -- --purge"],
    [
      "npm_config_target",
      "urn:pulumi:dev::shop::docker:index:Container::kafka",
      "npm run destroy -- --target",
    ],
    ["npm_config_replace", "**kafka", "npm run destroy -- --replace"],
    ["npm_config_proof", "", "npm run destroy -- --no-proof"],
  ])("refuses to run when npm has kept a flag for itself (%s)", (name, value, hint) => {
    expect(error("destroy --yes", { npm_lifecycle_event: "destroy", [name]: value })).toContain(hint);
    expect(options("destroy --yes", { [name]: value }).stack).toBe("dev");
  });

  it.each([
    ["config", ["config"]],
    ["config set --secret datadogApiKey k", ["config", "set", "--secret", "datadogApiKey", "k"]],
    ["-s demo config --backend=current get kafkaPort --json", ["config", "get", "kafkaPort", "--json"]],
    [
      "state rm urn:x::y --target-dependents --yes",
      ["state", "rm", "urn:x::y", "--target-dependents", "--yes"],
    ],
    ["state unprotect --all -y --cwd /p", ["state", "unprotect", "--all", "-y"]],
    ["config set --path a.b -- --stack", ["config", "set", "--path", "a.b", "--", "--stack"]],
    ["config set number -5 --stack demo", ["config", "set", "number", "-5"]],
    ["cancel --yes", ["cancel", "--yes"]],
    [
      "import docker:index:Network n 123 --protect=false",
      ["import", "docker:index:Network", "n", "123", "--protect=false"],
    ],
  ])("hands on `%s` in the user's own words", (line, words) => {
    expect(options(line).words).toEqual(words);
  });

  it("takes its own flags out of words that are handed on, and leaves blanks in them", () => {
    expect(options(["config", "set", "k", "two words", "--stack", "demo"])).toMatchObject({
      stack: "demo",
      words: ["config", "set", "k", "two words"],
    });
  });

  it.each(["--help", "up --help", "help", "help up", "-h", "up -h --stack x", "config --help"])(
    "answers `%s` with help",
    (line) => {
      expect(parseCommandLine(line.split(" "), {}).kind).toBe("help");
    },
  );

  it("leaves the help of Pulumi's own commands to Pulumi", () => {
    expect(parseCommandLine(["config", "set", "--help"], {})).toMatchObject({
      kind: "run",
      options: { words: ["config", "set", "--help"] },
    });
  });
});

describe("the help", () => {
  const style = styleFor({ write: () => undefined });

  it("names every verb and flag, in lines that fit a terminal", () => {
    const text = helpText(undefined, style);
    for (const word of [...Object.keys(verbs), ...Object.keys(flags).map((name) => `--${name}`)]) {
      expect(text).toContain(word);
    }
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each(Object.keys(verbs) as Verb[])("tells the flags of %s, and no others", (verb) => {
    const text = helpText(verb, style);
    const told = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name);
    expect(told).toEqual([...verbs[verb].flags, "cwd", "help"]);
  });
});
