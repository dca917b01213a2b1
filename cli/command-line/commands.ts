/** The commands of `commerce`, each declared once: parser, help, completion and docs/CLI.md are made from this. */
import type { FlagName } from "./flags.ts";

export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** A command needs each of its arguments once, unless it says otherwise. */
  readonly occurs?: "at most once" | "any number of times";
}

export interface CommandSpec {
  readonly summary: string;
  /** The words that follow the command. */
  readonly arguments?: readonly ArgumentSpec[];
  readonly flags: readonly FlagName[];
  /** Its help lists the exit codes, which scripts read. */
  readonly showsExitCodes?: true;
  /** It may run until Ctrl-C, which is then its normal end. */
  readonly endsByInterrupt?: true;
  /** What follows `commerce` on the command line. */
  readonly examples: readonly string[];
  /** The command's words and flags are Pulumi's own; one of these has to come first, where they are listed. */
  readonly pulumi?: { readonly subcommands?: readonly string[]; readonly needsWords?: true };
}

const onStack = ["stack", "backend", "cwd"] as const;
const changeFlags = [...onStack, "images", "yes", "diff", "no-proof", "json"] as const;
const selection = ["target", "target-dependents"] as const;

const specs = {
  up: {
    summary: "bring the pipeline up, or up to date, then verify it end to end",
    flags: [...changeFlags, ...selection, "replace", "take-over"],
    examples: ["up", "up --stack demo", "up --yes --no-proof"],
  },
  preview: {
    summary: "show what `up` would change, without changing anything",
    flags: [...onStack, "images", "diff", ...selection, "replace", "json"],
    examples: ["preview", "preview --diff"],
  },
  status: {
    summary: "show what runs, whether it is healthy, and what has been counted",
    flags: [...onStack, "watch", "exit-when-healthy", "json"],
    endsByInterrupt: true,
    showsExitCodes: true,
    examples: ["status", "status --watch", "status --exit-when-healthy", "status --json"],
  },
  doctor: {
    summary: "name what is wrong with the stack, and the command that fixes it",
    flags: [...onStack, "json"],
    showsExitCodes: true,
    examples: ["doctor", "doctor --json"],
  },
  logs: {
    summary: "print the services' logs, merged by time, without secrets",
    arguments: [
      { name: "SERVICE", summary: "only these, such as taskmanager", occurs: "any number of times" },
    ],
    flags: [...onStack, "follow", "since", "tail", "json"],
    endsByInterrupt: true,
    examples: ["logs", "logs jobmanager taskmanager --since 10m", "logs kafka --follow"],
  },
  sql: {
    summary: "run a statement as the reader; without one, psql on a terminal",
    arguments: [
      { name: "STATEMENT", summary: "one statement; -: from standard input", occurs: "at most once" },
    ],
    flags: [...onStack, "csv", "json"],
    examples: [
      "sql 'SELECT * FROM sales_per_category'",
      "sql --csv 'TABLE dead_letters' > dead-letters.csv",
      "sql",
    ],
  },
  events: {
    summary: "follow the topic, or send each line of a file as an event",
    arguments: [
      {
        name: "ACTION",
        summary:
          "tail: print events as they arrive, from now on or --from; send: send a file's lines unchanged",
        choices: ["tail", "send"],
      },
      { name: "FILE", summary: "one event on each line; -: standard input", occurs: "at most once" },
    ],
    flags: [...onStack, "from", "json"],
    endsByInterrupt: true,
    examples: ["events tail", "events tail --from beginning", "events send events.jsonl", "events send -"],
  },
  trace: {
    summary: "show one event's whole path: deliveries, verdicts, the rows that it made",
    arguments: [{ name: "ID", summary: "its transactionId" }],
    flags: [...onStack, "from", "json"],
    examples: ["trace tour-1", "trace tour-1 --from 2026-01-31T12:00:00Z"],
  },
  report: {
    summary: "write a page for a browser: the pipeline, throughput, latency, sales, checkpoints",
    arguments: [
      { name: "FILE", summary: "the page (default: PROJECT-STACK-TIME.html)", occurs: "at most once" },
    ],
    flags: [...onStack],
    examples: ["report", "report pipeline.html"],
  },
  bundle: {
    summary: "write one archive for a bug report: status, findings, logs, without secrets",
    arguments: [
      { name: "FILE", summary: "the archive (default: PROJECT-STACK-TIME.tar.gz)", occurs: "at most once" },
    ],
    flags: [...onStack, "json"],
    examples: ["bundle", "bundle report.tar.gz"],
  },
  stacks: {
    summary: "list the stacks that have state or containers here",
    flags: ["backend", "cwd", "json"],
    examples: ["stacks"],
  },
  outputs: {
    summary: "print the stack's outputs: addresses, users, passwords",
    flags: [...onStack, "json", "show-secrets"],
    examples: ["outputs --show-secrets", "outputs --json"],
  },
  refresh: {
    summary: "compare the recorded state with what runs, and record the differences",
    flags: [...onStack, "images", "yes", "diff", "target"],
    examples: ["refresh --yes"],
  },
  pause: {
    summary: "stop the job with a savepoint; events wait in Kafka",
    flags: changeFlags,
    examples: ["pause"],
  },
  resume: {
    summary: "start a paused job from its savepoint",
    flags: changeFlags,
    examples: ["resume"],
  },
  scale: {
    summary: "run the job with N parallel subtasks",
    arguments: [{ name: "N", summary: "parallel subtasks of each operator" }],
    flags: changeFlags,
    examples: ["scale 2"],
  },
  savepoint: {
    summary: "take a savepoint of the running job",
    flags: changeFlags,
    examples: ["savepoint"],
  },
  replay: {
    summary:
      "rebuild the tables from the topic, by default from its beginning; until then, readers see the old rows",
    flags: ["from", ...changeFlags],
    examples: ["replay", "replay --from 2026-01-31T12:00:00Z"],
  },
  destroy: {
    summary: "remove the stack; `onDestroy` decides which data is kept",
    flags: [...onStack, "yes", "diff", ...selection, "purge", "take-over"],
    examples: ["destroy", "destroy --stack demo --purge"],
  },
  config: {
    summary: "read and change the stack's configuration",
    flags: onStack,
    examples: [
      "config",
      "config get kafkaPort",
      "config set eventsPerSecond 1000",
      "config set --secret datadogApiKey",
    ],
    pulumi: {
      subcommands: [
        "copy",
        "cp",
        "env",
        "get",
        "refresh",
        "remove",
        "rm",
        "delete",
        "remove-all",
        "rm-all",
        "delete-all",
        "set",
        "set-all",
      ],
    },
  },
  state: {
    summary: "edit the recorded resources: remove one, or its protection",
    flags: onStack,
    examples: ["state delete URN", "state unprotect URN", "state rename URN NAME"],
    pulumi: {
      subcommands: [
        ...["delete", "edit", "get", "move", "promote", "protect", "remove", "rename", "repair", "rm"],
        ...["taint", "unprotect", "untaint", "upgrade"],
      ],
      needsWords: true,
    },
  },
  import: {
    summary: "adopt a resource that already exists into the state",
    flags: onStack,
    examples: ["import TYPE NAME ID"],
    pulumi: { needsWords: true },
  },
  cancel: {
    summary: "release the lock that another run has left on the stack",
    flags: onStack,
    examples: ["cancel --yes"],
    pulumi: {},
  },
  pulumi: {
    summary: "run any other command of the Pulumi CLI on the stack",
    flags: onStack,
    examples: ["pulumi stack --show-urns", "pulumi stack export", "pulumi stack history"],
    pulumi: { needsWords: true },
  },
  completion: {
    summary: "print a completion script for a shell",
    arguments: [{ name: "SHELL", summary: "the shell", choices: ["bash", "zsh", "fish"] }],
    flags: [],
    examples: ["completion bash >> ~/.bashrc"],
  },
} as const satisfies Record<string, CommandSpec>;

export type Verb = keyof typeof specs;
export const commands: Readonly<Record<Verb, CommandSpec>> = specs;
export const verbs = Object.keys(specs) as Verb[];
export const isVerb = (word: string): word is Verb => Object.hasOwn(specs, word);

/** Words that users of other tools try first, and what they want here. */
export const otherTools: Readonly<Record<string, string>> = {
  start: "did you mean commerce up?",
  apply: "did you mean commerce up?",
  down: "did you mean commerce destroy?",
  delete: "did you mean commerce destroy?",
  rm: "did you mean commerce destroy?",
  stop: "did you mean commerce pause (the job waits), or commerce destroy?",
  restart: "did you mean commerce up? It restarts what has stopped",
  ps: "did you mean commerce status?",
  ls: "did you mean commerce stacks?",
  list: "did you mean commerce stacks?",
  plan: "did you mean commerce preview?",
  diff: "did you mean commerce preview --diff?",
};
