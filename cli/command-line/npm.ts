/** How the command was called: through an npm script, through npx, or by itself. */
import type { Env } from "../env.ts";
import type { Verb } from "./commands.ts";
import { flags } from "./flags.ts";

/** Commands without a script of their own in package.json. */
const withoutScript: readonly Verb[] = [
  "pulumi",
  "stacks",
  "completion",
  "logs",
  "sql",
  "events",
  "trace",
  "report",
  "bundle",
];

/** Flags that npm itself has, and sets when nobody has given them. */
const ownOfNpm = ["yes", "json", "diff"];

/** The flags that npm takes as its own if `--` is missing, in npm's spelling; `secret` is a flag of `config set`. */
const names = ["secret", ...Object.keys(flags).filter((flag) => !ownOfNpm.includes(flag))].map((flag) =>
  flag.replace(/^no-/, "").replaceAll("-", "_"),
);

/**
 * What to write instead, when npm has kept a flag: without it `npm run destroy --stack=demo` would destroy dev, and
 * `npm run config set --secret …` would write the secret in clear text.
 */
export function keptByNpm(env: Env): string | undefined {
  const kept = names.find((name) => isGiven(name, env[`npm_config_${name}`]));
  const script = env.npm_lifecycle_event;
  if (script === undefined || kept === undefined) return undefined;
  const flag = kept === "proof" ? "no-proof" : kept.replaceAll("_", "-");
  const command = script === "npx" ? "npx commerce COMMAND" : `${npmScript(script)} --`;
  return `npm took --${flag} for itself; write ${command} --${flag} …`;
}

function isGiven(name: string, value: string | undefined): boolean {
  // npm_config_target=v20.1.0 is for native modules: not a URN, nor a pattern of one.
  const isVersion = name === "target" && value !== undefined && /^v?\d+\./.test(value);
  return value !== undefined && !isVersion;
}

const npmScript = (script: string) => `npm ${script === "start" ? script : `run ${script}`}`;

/** Whether the user types npm scripts rather than `npx commerce`. */
function usesScripts(env: Env): boolean {
  return env.npm_lifecycle_event !== undefined && env.npm_lifecycle_event !== "npx";
}

/** The command as the user would type it, to be followed by flags: `npm run status --`, `npx commerce status`. */
export function calledThroughScript(env: Env, verb: Verb): string {
  if (!usesScripts(env) || withoutScript.includes(verb)) return `npx commerce ${verb}`;
  return `${npmScript(verb === "up" ? "start" : verb)} --`;
}
