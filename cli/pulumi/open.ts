import type { Context } from "../context.ts";
import type { ImageSource } from "../images.ts";
import { backendOf, isUnwritten } from "./backend.ts";
import { requireCli } from "./require-cli.ts";
import { PulumiStack } from "./stack.ts";
import type { StackState } from "./state.ts";

/** The command's stack, for a command that needs no images. Obtains the CLI if it is not on this machine yet. */
export async function openStack(context: Context, images?: ImageSource): Promise<PulumiStack> {
  const { console, signal } = context;
  return new PulumiStack(context, await requireCli(process.env, console, signal), images);
}

/** As `openStack`, but does not obtain the CLI for a stack that does not exist. */
export async function openRecordedStack(context: Context): Promise<PulumiStack | undefined> {
  const { options, project } = context;
  if (isUnwritten(backendOf(project, process.env, options.backend), project)) return undefined;
  return openStack(context);
}

/** The recorded state of the stack; undefined if the stack does not exist. */
export async function recordedState(context: Context, showSecrets: boolean): Promise<StackState | undefined> {
  return (await openRecordedStack(context))?.state(showSecrets);
}
