import { describe, expect, it } from "vitest";
import { commands, verbs } from "../../../../cli/command-line/commands.ts";
import { type FlagName, flags } from "../../../../cli/command-line/flags.ts";
import type { Options } from "../../../../cli/command-line/options.ts";
import { parseCommandLine } from "../../../../cli/command-line/parse.ts";
import { styleFor } from "../../../../cli/style.ts";

const style = styleFor({ write: () => undefined });
const parse = (args: string[], env: Record<string, string> = {}) => parseCommandLine(args, env, style, 100);

function options(line: string | string[], env: Record<string, string> = {}): Options {
  const parsed = parse(typeof line === "string" ? line.split(" ") : line, env);
  if (parsed.kind !== "run") throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

function error(line: string, env: Record<string, string> = {}): string {
  const parsed = parse(line === "" ? [] : line.split(" "), env);
  if (parsed.kind !== "error") throw new Error(JSON.stringify(parsed));
  return parsed.message;
}

describe("the command line", () => {
  it("refuses a stack name that Docker cannot take before anything is created", () => {
    const message = (name: string) => `stack name '${name}': use lower-case letters and digits`;
    for (const name of ["My_Stack", "a_", "ä", "a..b"]) {
      expect(error(`up --stack=${name}`)).toContain(message(name));
      expect(error("preview", { PULUMI_STACK: name })).toContain(message(name));
    }
    expect(options("destroy --stack My_Stack").stack).toBe("My_Stack");
  });

  it("has defaults for everything", () => {
    expect(options("up")).toEqual({
      verb: "up",
      stack: "dev",
      backend: undefined,
      images: "auto",
      json: false,
      csv: false,
      showSecrets: false,
      watch: false,
      exitWhenHealthy: false,
      yes: false,
      proof: true,
      diff: false,
      purge: false,
      takeOver: false,
      from: undefined,
      arguments: [],
      follow: false,
      since: undefined,
      tail: undefined,
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
      csv: false,
      showSecrets: false,
      watch: false,
      exitWhenHealthy: false,
      yes: true,
      proof: false,
      diff: true,
      purge: false,
      takeOver: false,
      from: undefined,
      arguments: [],
      follow: false,
      since: undefined,
      tail: undefined,
      target: ["a", "b"],
      targetDependents: true,
      replace: ["c"],
      cwd: "/p",
      words: [],
    });
    expect(options("up -s demo -C /p -t a -j")).toMatchObject({ stack: "demo", cwd: "/p", target: ["a"] });
  });

  it("reads arguments and flags of single commands", () => {
    expect(options("scale 4 --stack demo")).toMatchObject({ verb: "scale", arguments: ["4"], stack: "demo" });
    expect(options("replay --from beginning")).toMatchObject({ verb: "replay", from: "beginning" });
    expect(options("logs kafka producer -f --tail 5 --since 10m")).toMatchObject({
      arguments: ["kafka", "producer"],
      follow: true,
      tail: "5",
      since: "10m",
    });
    expect(options("destroy --purge")).toMatchObject({ verb: "destroy", purge: true });
  });

  it("takes the stack from PULUMI_STACK, and --stack over it", () => {
    expect(options("status", { PULUMI_STACK: "demo" }).stack).toBe("demo");
    expect(options("status --stack dev", { PULUMI_STACK: "demo" }).stack).toBe("dev");
  });

  it.each([
    ["", "name a command, such as `commerce up`"],
    ["--stack demo", "name a command, such as `commerce up`"],
    ["destory", "unknown command destory; did you mean commerce destroy?"],
    ["down", "unknown command down; did you mean commerce destroy?"],
    ["stop", "unknown command stop; did you mean commerce pause (the job waits), or commerce destroy?"],
    ["waltz", "unknown command waltz"],
    ["toString", "unknown command toString"],
    ["up --imgaes local", "unknown option '--imgaes'; did you mean --images?"],
    ["up --no-poof", "unknown option '--no-poof'; did you mean --no-proof?"],
    ["up --frobnicate", "unknown option '--frobnicate'"],
    ["up -x", "unknown option '-x'"],
    ["up --images auto1", "argument 'auto1' is invalid. Allowed choices are auto, registry, local."],
    ["up --images", "option '--images <SOURCE>' argument missing"],
    ["up --images --json", "argument '--json' is invalid"],
    ["up --stack --json", "option '-s, --stack <NAME>' argument '--json' is invalid. It needs a value."],
    ["up --json=yes", "unknown option '--json=yes'"],
    ["destroy --replace urn", "unknown option '--replace'"],
    ["config get x --backend", "option '--backend <URL>' argument missing"],
    ["status --show-secrets", "unknown option '--show-secrets'"],
    ["up --stack ../dev", "stack name '../dev'"],
    ["up dev", "too many arguments for 'up'. Expected 0 arguments but got 1: dev."],
    ["scale", "missing required argument 'N'"],
    ["scale 4 5", "too many arguments for 'scale'"],
    ["pause 4", "too many arguments for 'pause'"],
    ["resume --from beginning", "unknown option '--from'"],
    ["up --purge", "unknown option '--purge'"],
    ["completion tcsh", "Allowed choices are bash, zsh, fish."],
    ["state", "commerce state needs arguments, for example: commerce state delete URN"],
    ["config foo", "unknown command config foo"],
    ["config gte kafkaPort", "unknown command config gte; did you mean commerce config get?"],
  ])("refuses `%s`", (line, message) => {
    expect(error(line)).toContain(message);
  });

  it("suggests nothing for words that resemble nothing", () => {
    expect(error("waltz")).not.toContain("did you mean");
    expect(error("up --frobnicate")).not.toContain("did you mean");
  });

  it("says how to write flags for the way in which it was called", () => {
    expect(error("up demo", { npm_lifecycle_event: "start" })).toContain("npm start -- --stack demo");
    expect(error("status demo", { npm_lifecycle_event: "status" })).toContain(
      "npm run status -- --stack demo",
    );
    for (const script of ["npx", "bash"]) {
      const env = script === "npx" ? { npm_lifecycle_event: script } : undefined;
      expect(error("status extra", env)).toContain("npx commerce status --stack demo");
    }
  });

  it.each([
    ["npm_config_stack", "demo", "npm run destroy -- --stack"],
    ["npm_config_cwd", "/other", "npm run destroy -- --cwd"],
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
    ["config set number -- -5", ["config", "set", "number", "--", "-5"]],
    ["cancel --yes", ["cancel", "--yes"]],
    ["pulumi stack ls --json", ["stack", "ls", "--json"]],
    [
      "import docker:index:Network n 123 --protect=false",
      ["import", "docker:index:Network", "n", "123", "--protect=false"],
    ],
  ])("passes on `%s` in the user's own words", (line, words) => {
    expect(options(line).words).toEqual(words);
  });

  it("takes its own flags out of words that are passed on, and keeps blanks in them", () => {
    expect(options(["config", "set", "k", "two words", "--stack", "demo"])).toMatchObject({
      stack: "demo",
      words: ["config", "set", "k", "two words"],
    });
  });

  it.each(["--yes", "--json", "-j", "--target urn", "--stack=status"])(
    "takes %s before the command",
    (flag) => {
      expect(options(`${flag} up`)).toEqual(options(`up ${flag}`));
    },
  );

  it.each([
    "--help",
    "up --help",
    "help",
    "help up",
    "-h",
    "up -h --stack x",
    "config --help",
    "pulumi -s demo --help",
    "--json --help",
  ])("answers `%s` with help", (line) => {
    expect(parse(line.split(" "))).toMatchObject({
      kind: "text",
      text: expect.stringMatching(/^Usage: commerce /),
    });
  });

  it("leaves the help of Pulumi's own commands to Pulumi", () => {
    expect(parse(["config", "set", "--help"])).toMatchObject({
      kind: "run",
      options: { words: ["config", "set", "--help"] },
    });
  });
});

describe("the help", () => {
  const textOf = (line: string, width = 100) => {
    const parsed = parseCommandLine(line.split(" "), {}, style, width);
    if (parsed.kind !== "text") throw new Error(JSON.stringify(parsed));
    return parsed.text;
  };

  it.each([80, 100])("fits a terminal of %d columns, of every command", (width) => {
    for (const line of ["--help", ...verbs.map((verb) => `${verb} --help`)]) {
      expect(
        Math.max(
          ...textOf(line, width)
            .split("\n")
            .map(({ length }) => length),
        ),
      ).toBeLessThanOrEqual(width);
    }
  });

  it("names every command, the exit codes, and the environment", () => {
    const text = textOf("--help");
    for (const word of [...verbs, "130", "PULUMI_STACK"]) expect(text).toContain(word);
  });

  it.each(verbs)("lists the flags of %s, and an example", (verb) => {
    const text = textOf(`${verb} --help`);
    const listed = [...text.matchAll(/^ {2}((?:-\w, )?--[a-z-]+)/gm)].map(([, name]) => name);
    const declared = commands[verb].flags.map((flag: FlagName) => flags[flag].syntax.replace(/ <.*/, ""));
    expect(listed).toEqual(commands[verb].pulumi ? declared : [...declared, "-h, --help"]);
    expect(text).toContain(`commerce ${verb}`);
  });

  it("is followed by the version on request", () => {
    expect(textOf("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("has examples that parse", () => {
    for (const example of verbs.flatMap((verb) => commands[verb].examples)) {
      const words = example.replace(/ >.*/, "").match(/'[^']*'|\S+/g) ?? [];
      expect(parse(words), example).toMatchObject({ kind: "run" });
    }
  });
});
