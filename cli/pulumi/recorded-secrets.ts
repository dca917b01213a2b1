import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { messageOf } from "../errors.ts";
import { redactor, secretsIn } from "../secrets.ts";
import { backendOf } from "./backend.ts";
import { recordedState } from "./open.ts";
import type { StackState } from "./state.ts";

export interface Redaction {
  /** Masks the stack's secrets, and what looks like one. */
  redact(text: string): string;
  /** Why the stack's secrets are unknown, so that only what looks like one is masked. */
  readonly problem: string | undefined;
}

export async function stackRedaction(context: Context): Promise<Redaction> {
  try {
    return { redact: redactionFor(context, await recordedState(context, true)), problem: undefined };
  } catch (error) {
    return { redact: redactionFor(context, undefined), problem: messageOf(error) };
  }
}

/** @param state with its secrets, where it is known already */
export function redactionFor(context: Context, state: StackState | undefined): Redaction["redact"] {
  return redactor([...(state === undefined ? [] : secretsIn(state)), ...knownPassphrases(context)]);
}

function knownPassphrases({ options, project }: Context): string[] {
  const { folder } = backendOf(project, process.env, options.backend);
  const file =
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE ??
    join(folder ?? join(project.dir, ".pulumi-state"), "passphrase");
  const stored = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return [stored, process.env.PULUMI_CONFIG_PASSPHRASE ?? ""].filter((one) => one !== "");
}
