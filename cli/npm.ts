/** Flags that npm takes for its own when `--` is missing in front of them. */

type Env = Readonly<Record<string, string | undefined>>;

/** npm puts them into its environment instead. Those that it knows itself (yes, json, diff) cannot be told apart. */
const names = [
  "stack",
  "images",
  "backend",
  "target",
  "target_dependents",
  "replace",
  "proof",
  "show_secrets",
  "secret",
  "from",
  "purge",
];

/**
 * What to write instead, when npm has kept a flag: without it `npm run destroy --stack=demo` would be the end of
 * dev, and `npm run config set --secret …` would write the secret in the clear.
 */
export function keptByNpm(env: Env): string | undefined {
  const kept = names.find((name) => isGiven(name, env[`npm_config_${name}`]));
  if (env.npm_lifecycle_event === undefined || kept === undefined) return undefined;
  const flag = kept === "proof" ? "no-proof" : kept.replaceAll("_", "-");
  return `npm kept --${flag} for itself: flags go behind two dashes, ${npmCommand(env)} --${flag} …`;
}

function isGiven(name: string, value: string | undefined): boolean {
  // Who compiles native modules may have npm_config_target=v20.1.0 in the environment: no URN, and no pattern of one.
  const isVersion = name === "target" && value !== undefined && /^v?\d+\./.test(value);
  return value !== undefined && !isVersion;
}

/** `npm start --`, `npm run status --`: to be followed by flags. */
export function npmCommand(env: Env): string {
  const script = env.npm_lifecycle_event ?? "start";
  return `npm ${script === "start" ? script : `run ${script}`} --`;
}
