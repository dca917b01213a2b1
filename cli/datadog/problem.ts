import { CONFIG_KEYS } from "../../facts/config/keys.ts";
import { datadogApiUrl } from "../../facts/pipeline.ts";
import type { Context } from "../context.ts";
import { keyProblem } from "./verdict.ts";

/**
 * What is wrong with the stack's keys for Datadog; undefined if nothing, or without keys.
 *
 * @param printConfig runs `pulumi config` with these flags, and returns what it prints
 */
export async function datadogProblem(
  { project, hint }: Pick<Context, "project" | "hint">,
  printConfig: (flags: readonly string[]) => Promise<string>,
): Promise<string | undefined> {
  if (!project.ownKeys.has("datadogApiKey")) return undefined;
  // An HTTP client, which takes a while to load.
  const { askAboutKeys } = await import("./ask.ts");
  const printed = await printConfig(["--json", "--show-secrets"]);
  const values: Record<string, { value?: string }> = JSON.parse(printed);
  const value = (key: string) => values[`${project.name}:${key}`]?.value;
  const url = datadogApiUrl(project.config.datadogSite ?? CONFIG_KEYS.datadogSite.default);
  const keys = { apiKey: value("datadogApiKey") ?? "", appKey: value("datadogAppKey") };
  return keyProblem(await askAboutKeys(keys, url), url, hint);
}
