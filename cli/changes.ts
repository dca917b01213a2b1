/** The configuration that `pause`, `scale` and the other commands for the job set. Pure. */
import { flagDefaults } from "./command-line/flags.ts";
import type { Options } from "./command-line/options.ts";
import { UsageError, UserError } from "./errors.ts";
import type { Hint } from "./hints.ts";
import { maxParallelism } from "./services.ts";

/** @throws UserError for an invalid request, before anything is written. */
export function changesOf(
  {
    verb,
    arguments: [argument = ""],
    from = flagDefaults.from,
  }: Pick<Options, "verb" | "arguments" | "from">,
  config: Readonly<Record<string, string>>,
  now: Date,
  hint: Hint,
): Readonly<Record<string, string>> {
  const isPaused = config.desiredState === "paused";
  if (isPaused && (verb === "savepoint" || verb === "replay")) {
    throw new UserError(`commerce ${verb}: the job is paused`, `\`${hint("resume")}\` starts it again.`);
  }
  switch (verb) {
    case "pause":
      return { desiredState: "paused" };
    case "resume":
      return { desiredState: "running" };
    case "scale":
      return { parallelism: parallelism(argument, hint) };
    case "savepoint":
      return { savepointTrigger: now.toISOString() };
    case "replay":
      return { replayFrom: startOf(from, now), replayTrigger: now.toISOString() };
    default:
      throw new Error(`commerce ${verb} does not change the configuration`);
  }
}

function parallelism(text: string, hint: Hint): string {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= maxParallelism) return String(number);
  throw new UsageError(
    `commerce scale ${text}: N is a whole number from 1 to ${maxParallelism}`,
    number === 0 ? `\`${hint("pause")}\` stops the job.` : undefined,
  );
}

/** `beginning`, or a time in UTC. @throws UsageError */
export function startOf(text: string, now: Date): string {
  if (text === flagDefaults.from) return text;
  const time = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(`--from ${text}: write beginning, or a time with its zone: 2000-01-31T12:00:00Z`);
  }
  if (time > now.getTime()) {
    throw new UsageError(`--from ${text}: is in the future (it is ${now.toISOString()})`);
  }
  return new Date(time).toISOString();
}
