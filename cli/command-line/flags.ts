/** The flags of `commerce`, in commander's notation. */

interface FlagSpec {
  readonly syntax: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly isRepeatable?: true;
}

/** What applies without a flag. */
export const flagDefaults = { stack: "dev", images: "auto", from: "beginning", tail: "100" } as const;

const specs = {
  stack: {
    syntax: "-s, --stack <NAME>",
    summary: `the stack, configured in Pulumi.NAME.yaml (default: ${flagDefaults.stack})`,
  },
  backend: {
    syntax: "--backend <URL>",
    summary: "where state is kept; `current`: where the Pulumi CLI is logged in",
  },
  images: {
    syntax: "--images <SOURCE>",
    summary: `where images come from (default: ${flagDefaults.images}, as at the last start, else official ones if the registry answers, else built here)`,
    choices: ["auto", "registry", "local"],
  },
  watch: { syntax: "-w, --watch", summary: "report every 5 s until Ctrl-C, with rates" },
  "exit-when-healthy": {
    syntax: "--exit-when-healthy",
    summary: "report every 5 s until the stack is healthy",
  },
  yes: { syntax: "-y, --yes", summary: "do not ask for confirmation" },
  diff: { syntax: "--diff", summary: "show what changes in each resource" },
  target: {
    syntax: "-t, --target <URN>",
    summary: "only this resource (`commerce pulumi stack --show-urns` lists them); repeatable",
    isRepeatable: true,
  },
  "target-dependents": { syntax: "--target-dependents", summary: "with --target: include its dependents" },
  replace: { syntax: "--replace <URN>", summary: "recreate this resource; repeatable", isRepeatable: true },
  from: {
    syntax: "--from <TIME>",
    summary: `where in the topic to start: ${flagDefaults.from}, or a time such as 2000-01-31T12:00:00Z`,
  },
  follow: { syntax: "-f, --follow", summary: "print new lines until Ctrl-C" },
  since: { syntax: "--since <TIME>", summary: "only lines since then: 90s, 10m, 2h, 1d, or an ISO time" },
  tail: {
    syntax: "--tail <N>",
    summary: `the last N lines of each service, or all (default: ${flagDefaults.tail}; with --since: all)`,
  },
  purge: { syntax: "--purge", summary: "delete the data too, even with onDestroy: retain" },
  "take-over": {
    syntax: "--take-over",
    summary: "take the stack over from another checkout on this Docker engine",
  },
  "no-proof": { syntax: "--no-proof", summary: "do not follow a test event through the pipeline" },
  csv: { syntax: "--csv", summary: "comma-separated values, with a header" },
  json: { syntax: "-j, --json", summary: "JSON on standard output, everything else on standard error" },
  "show-secrets": { syntax: "--show-secrets", summary: "print secrets in clear text" },
  cwd: { syntax: "-C, --cwd <DIR>", summary: "the folder of Pulumi.yaml (default: this project)" },
} as const satisfies Record<string, FlagSpec>;

export type FlagName = keyof typeof specs;
export const flags: Readonly<Record<FlagName, FlagSpec>> = specs;
export type ImageChoice = (typeof specs.images.choices)[number];
