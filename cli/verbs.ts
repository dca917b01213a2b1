/** What `commerce` can do, and which flags each verb takes: the parser and the help are made from these. */

export const verbs = {
  up: {
    summary: "stand the pipeline up (or bring it up to date), then prove that it works",
    flags: ["stack", "engine", "images", "yes", "no-proof", "json"],
  },
  preview: {
    summary: "show what `up` would change; change nothing",
    flags: ["stack", "engine", "images", "json"],
  },
  refresh: {
    summary: "compare the recorded state with what really runs, and record what is found",
    flags: ["stack", "engine", "images", "yes"],
  },
  destroy: { summary: "take everything down again, data included", flags: ["stack", "engine", "yes"] },
  outputs: { summary: "print the stack's outputs", flags: ["stack", "engine", "json", "show-secrets"] },
  status: {
    summary: "what runs, how it is, what has been counted so far",
    flags: ["stack", "engine", "json"],
  },
} as const;

export type Verb = keyof typeof verbs;
export type EngineChoice = "auto" | "pulumi" | "embedded";
export type ImageChoice = "auto" | "registry" | "local";

interface Flag {
  readonly type: "string" | "boolean";
  readonly value?: string;
  readonly oneOf?: readonly string[];
  readonly help: string;
}

export const flags: Readonly<Record<string, Flag>> = {
  stack: { type: "string", value: "NAME", help: "the stack, configured in Pulumi.NAME.yaml (default: dev)" },
  engine: {
    type: "string",
    value: "ENGINE",
    oneOf: ["auto", "pulumi", "embedded"],
    help: "auto (default): the Pulumi CLI where it is on the PATH, else the embedded engine",
  },
  images: {
    type: "string",
    value: "SOURCE",
    oneOf: ["auto", "registry", "local"],
    help: "auto (default): official images where the registry answers, else built here",
  },
  yes: { type: "boolean", help: "do not ask" },
  "no-proof": { type: "boolean", help: "do not follow an event of its own through the pipeline" },
  json: { type: "boolean", help: "print JSON on standard output; everything else goes to standard error" },
  "show-secrets": { type: "boolean", help: "print secrets in the clear" },
  cwd: { type: "string", value: "DIR", help: "the folder of Pulumi.yaml (default: this project)" },
  help: { type: "boolean", help: "this text" },
};

/** Flags that every verb takes. */
export const commonFlags = ["cwd", "help"] as const;
