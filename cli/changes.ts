/** What `pause`, `scale` and their like set in the stack's configuration. Pure. */
import type { Options } from "./args.ts";
import { UserError } from "./errors.ts";

/** As infra/config.ts has it. */
const maxParallelism = 128;

/** @throws UserError for what makes no sense, before anything is written. */
export function changesOf(
  { verb, argument = "", from = "beginning" }: Pick<Options, "verb" | "argument" | "from">,
  config: Readonly<Record<string, string>>,
  now: Date,
): Readonly<Record<string, string>> {
  const isPaused = config.desiredState === "paused";
  if (isPaused && (verb === "savepoint" || verb === "replay")) {
    throw new UserError(`commerce ${verb}: the job is paused`, "`npm run resume` lets it go on.");
  }
  switch (verb) {
    case "pause":
      return { desiredState: "paused" };
    case "resume":
      return { desiredState: "running" };
    case "scale":
      return { parallelism: parallelism(argument) };
    case "savepoint":
      return { savepointTrigger: now.toISOString() };
    case "replay":
      return { replayFrom: startOf(from, now), replayTrigger: now.toISOString() };
    default:
      throw new Error(`commerce ${verb} is no change of configuration`);
  }
}

function parallelism(text: string): string {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= maxParallelism) return String(number);
  throw new UserError(
    `commerce scale ${text}: N is a whole number from 1 to ${maxParallelism}`,
    number === 0 ? "`npm run pause` stops the job." : undefined,
  );
}

function startOf(text: string, now: Date): string {
  if (text === "beginning") return text;
  const time = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UserError(`--from ${text}: write beginning, or a time with its zone: 2000-01-31T12:00:00Z`);
  }
  if (time > now.getTime())
    throw new UserError(`--from ${text}: is in the future (it is ${now.toISOString()})`);
  return new Date(time).toISOString();
}
