import type { Verb } from "../command-line/commands.ts";
import type { Command } from "../context.ts";

const change = async () => (await import("./change.ts")).change;
const pulumi = async () => (await import("./pulumi.ts")).pulumi;

/** Loads a command's code when it is needed: `--help` must not wait for a Kafka client. */
export const loadCommand: Readonly<Record<Verb, () => Promise<Command>>> = {
  up: async () => (await import("./up.ts")).up,
  preview: async () => (await import("./preview.ts")).preview,
  status: async () => (await import("./status.ts")).status,
  doctor: async () => (await import("./doctor.ts")).doctor,
  logs: async () => (await import("./logs.ts")).logs,
  sql: async () => (await import("./sql.ts")).sql,
  events: async () => (await import("./events.ts")).events,
  trace: async () => (await import("./trace.ts")).trace,
  report: async () => (await import("./report.ts")).report,
  bundle: async () => (await import("./bundle.ts")).bundle,
  stacks: async () => (await import("./stacks.ts")).stacks,
  outputs: async () => (await import("./outputs.ts")).outputs,
  refresh: async () => (await import("./refresh.ts")).refresh,
  pause: change,
  resume: change,
  scale: change,
  savepoint: change,
  replay: change,
  destroy: async () => (await import("./destroy.ts")).destroy,
  config: pulumi,
  state: pulumi,
  import: pulumi,
  cancel: pulumi,
  pulumi: pulumi,
  completion: async () => (await import("./completion.ts")).completion,
};
