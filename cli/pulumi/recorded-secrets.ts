import type { Context } from "../context.ts";
import { messageOf } from "../errors.ts";
import { redactor, secretsIn } from "../secrets.ts";
import { recordedState } from "./open.ts";

/** Masks the stack's secrets; without its state, only what looks like one. */
export async function stackRedactor(context: Context): Promise<(text: string) => string> {
  try {
    const state = await recordedState(context, true);
    return redactor(state === undefined ? [] : secretsIn(state));
  } catch (error) {
    const { style } = context;
    process.stderr.write(
      `${style.yellow(style.marks.warn)} The stack's secrets are unknown, so only what looks like a password is masked: ${messageOf(error)}\n`,
    );
    return redactor([]);
  }
}
