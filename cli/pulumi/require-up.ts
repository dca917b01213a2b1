import type { Context } from "../context.ts";
import { NoSuchStack } from "../errors.ts";
import { recordedState } from "./open.ts";
import { isUp, type StackState } from "./state.ts";

/** The state of a stack that has resources. @throws NoSuchStack */
export async function requireUp(context: Context, showSecrets: boolean): Promise<StackState> {
  const state = await recordedState(context, showSecrets);
  if (state !== undefined && isUp(state)) return state;
  throw new NoSuchStack(
    `stack ${context.project.stack} is not up`,
    `\`${context.hint("up")}\` brings it up.`,
  );
}
