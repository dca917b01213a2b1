import { ask, canAsk } from "./ask.ts";
import type { Context } from "./context.ts";
import type { Env } from "./env.ts";
import { UsageError } from "./errors.ts";

/**
 * `npm run destroy` asks where it can. Without a terminal the script's name is the consent, so that it works in CI as
 * the other scripts do, which carry --yes.
 */
const isDestroyScript = (verb: string, env: Env) => verb === "destroy" && env.npm_lifecycle_event === verb;

/** @throws UsageError when there is no terminal to ask on and `--yes` was not given. */
export function requireConsent({ options }: Pick<Context, "options">, env: Env = process.env): void {
  if (options.yes || canAsk() || isDestroyScript(options.verb, env)) return;
  throw new UsageError(
    `commerce ${options.verb} asks for confirmation, and there is no terminal to ask on`,
    "Add --yes to confirm in advance.",
  );
}

/** Whether the user agrees; `--yes` is an answer in advance. */
export async function consent(
  context: Pick<Context, "options" | "console" | "signal">,
  question: string,
  env: Env = process.env,
): Promise<boolean> {
  if (context.options.yes) return true;
  requireConsent(context, env);
  if (!canAsk()) return true;
  if (await ask(question, context.signal)) return true;
  context.console.line("Nothing was changed.");
  return false;
}
