import type { Env } from "../env.ts";
import type { Console } from "../progress.ts";
import { type Cli, findCli } from "./find-cli.ts";

/** The CLI for a command that needs no images. What obtains it is loaded only then: it takes longer than most commands. */
export async function requireCli(env: Env, console: Console, signal: AbortSignal): Promise<Cli> {
  const found = await findCli(env, console);
  if (found !== undefined) return found;
  const { obtainCli } = await import("./obtain.ts");
  return obtainCli(console, signal);
}
