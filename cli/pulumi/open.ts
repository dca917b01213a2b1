import type { Context } from "../context.ts";
import type { ImageSource } from "../images.ts";
import { requireCli } from "./obtain.ts";
import { PulumiStack } from "./stack.ts";

/** The command's stack, for a command that needs no images: obtains the CLI, where it is not on this machine yet. */
export async function openStack(context: Context, images?: ImageSource): Promise<PulumiStack> {
  const { console, signal } = context;
  return new PulumiStack(context, await requireCli(process.env, console, signal), images);
}
