/** The commands and flags of `commerce`: what the command line is held against, and what the help tells. */

/** Of the commands that are a change of configuration and an `up`. */
const changeFlags = ["stack", "backend", "images", "yes", "diff", "no-proof", "json"] as const;

export const verbs = {
  up: {
    summary: "stand the pipeline up (or bring it up to date), then prove that it works",
    flags: [
      ...["stack", "backend", "images", "yes", "diff", "target", "target-dependents", "replace"],
      ...["no-proof", "json"],
    ],
  },
  preview: {
    summary: "show what `up` would change; change nothing",
    flags: [...["stack", "backend", "images", "diff", "target", "target-dependents", "replace", "json"]],
  },
  refresh: {
    summary: "compare the recorded state with what really runs, and record what is found",
    flags: ["stack", "backend", "images", "yes", "diff", "target"],
  },
  pause: {
    summary: "stop the job with a savepoint; events wait in Kafka",
    flags: changeFlags,
  },
  resume: {
    summary: "let a paused job go on from its savepoint",
    flags: changeFlags,
  },
  scale: {
    summary: "run the job with N parallel subtasks",
    argument: "N",
    flags: changeFlags,
  },
  savepoint: {
    summary: "take a savepoint of the running job",
    flags: changeFlags,
  },
  replay: {
    summary: "rebuild the tables from the topic; readers see the old ones until then",
    flags: ["from", ...changeFlags],
  },
  destroy: {
    summary: "remove the stack; `onDestroy` decides which data is kept",
    flags: ["stack", "backend", "yes", "diff", "target", "target-dependents", "purge"],
  },
  outputs: {
    summary: "print the stack's outputs",
    flags: ["stack", "backend", "json", "show-secrets"],
  },
  status: {
    summary: "what runs, how it is, what has been counted so far",
    flags: ["stack", "backend", "json"],
  },
  config: {
    summary: "read and change the stack's configuration, secrets encrypted",
    flags: ["stack", "backend"],
    words: ["", "get KEY", "set KEY VALUE", "set --secret KEY VALUE", "rm KEY"],
  },
  state: {
    summary: "edit the recorded resources: take one out, or its protection off",
    flags: ["stack", "backend"],
    words: ["delete URN", "unprotect URN", "rename URN NAME", "move URN …"],
  },
  import: {
    summary: "take something that already runs into the state",
    flags: ["stack", "backend"],
    words: ["TYPE NAME ID"],
  },
  cancel: {
    summary: "free a stack whose lock was left behind",
    flags: ["stack", "backend"],
    words: ["--yes"],
  },
  pulumi: {
    summary: "any other command of the Pulumi CLI, on the stack and its state",
    flags: ["stack", "backend"],
    words: ["stack --show-urns", "stack export", "stack history"],
  },
} as const satisfies Record<string, VerbSpec>;

interface VerbSpec {
  readonly summary: string;
  readonly flags: readonly string[];
  /** The one word that has to follow the command. */
  readonly argument?: string;
  /** What may follow the command; such words are Pulumi's own, and handed to the Pulumi CLI as they are. */
  readonly words?: readonly string[];
}

export type Verb = keyof typeof verbs;
export type ImageChoice = "auto" | "registry" | "local";

/** Of the commands that take Pulumi's own words; undefined for the others. */
export const wordsOf = (verb: Verb): readonly string[] | undefined => (verbs[verb] as VerbSpec).words;

export const argumentOf = (verb: Verb): string | undefined => (verbs[verb] as VerbSpec).argument;

interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly value?: string;
  readonly oneOf?: readonly string[];
  readonly help: string;
}

export const flags: Readonly<Record<string, Flag>> = {
  stack: {
    type: "string",
    short: "s",
    value: "NAME",
    help: "the stack, configured in Pulumi.NAME.yaml (default: dev)",
  },
  backend: {
    type: "string",
    value: "URL",
    help: "where state is kept; `current`: where the Pulumi CLI is logged in",
  },
  images: {
    type: "string",
    value: "SOURCE",
    oneOf: ["auto", "registry", "local"],
    help: "auto (default): official ones where the registry answers, else built",
  },
  yes: { type: "boolean", short: "y", help: "do not ask" },
  diff: { type: "boolean", help: "show what changes in each resource" },
  target: {
    type: "string",
    short: "t",
    value: "URN",
    help: "only this resource (see `pulumi stack --show-urns`); may be repeated",
  },
  "target-dependents": { type: "boolean", help: "with --target: what depends on it, too" },
  replace: { type: "string", value: "URN", help: "recreate this resource; may be repeated" },
  from: {
    type: "string",
    value: "TIME",
    help: "beginning (default), or a time such as 2000-01-31T12:00:00Z",
  },
  purge: { type: "boolean", help: "whatever onDestroy says: leave nothing" },
  "no-proof": { type: "boolean", help: "do not follow an event of its own through the pipeline" },
  json: {
    type: "boolean",
    short: "j",
    help: "JSON on standard output, everything else on standard error",
  },
  "show-secrets": { type: "boolean", help: "print secrets in the clear" },
  cwd: {
    type: "string",
    short: "C",
    value: "DIR",
    help: "the folder of Pulumi.yaml (default: this project)",
  },
  help: { type: "boolean", short: "h", help: "this text" },
};

/** Flags that every verb takes. */
export const commonFlags = ["cwd", "help"] as const;
