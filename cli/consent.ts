import { ask, canAsk } from "./ask.ts";
import type { Context } from "./context.ts";
import { UserError } from "./errors.ts";

/** @throws UserError when nobody is there to be asked and `--yes` was not given. */
export function requireConsent({ options }: Context): void {
  if (options.yes || canAsk()) return;
  throw new UserError(
    `commerce ${options.verb} asks first, and there is no terminal to ask on`,
    "Add --yes to do it without being asked.",
  );
}

/** The user's word that it may be done; `--yes` is one given before. */
export async function consent(context: Context, question: string): Promise<boolean> {
  if (context.options.yes) return true;
  requireConsent(context);
  if (await ask(question, context.signal)) return true;
  context.console.line("Nothing was changed.");
  return false;
}
