/** Reads a stack's configuration from its text values and finds every problem at once. Pure. */
import * as v from "valibot";
import { suggest } from "../suggest.ts";
import { type ConfigKey, configKeys, type PipelineConfig } from "./keys.ts";

export interface ParsedConfig {
  /** Meaningful only if there are no problems. */
  readonly config: PipelineConfig;
  /** One line each, beginning with the key. */
  readonly problems: readonly string[];
}

/** @param values text by key, as Pulumi hands it over; a key that is absent has its default */
export function parseConfig(values: Readonly<Record<string, string>>): ParsedConfig {
  const known = configKeys();
  const names = known.map(([name]) => name);
  const problems = Object.keys(values)
    .filter((name) => !names.some((key) => key === name))
    .map((name) => `${name}: unknown key${suggest(name, names)}`);

  const parsed: Record<string, unknown> = {};
  for (const [name, key] of known) {
    const result = parseValue(values[name], key);
    if (result.problem === undefined) parsed[name] = result.value;
    else problems.push(`${name}: ${result.problem}`);
  }
  problems.push(...portConflicts(parsed), ...emptyDateRange(parsed), ...appKeyAlone(parsed));
  return { config: parsed as PipelineConfig, problems };
}

/** One message for everything that is wrong with a stack's configuration. */
export function invalidConfig(stack: string, problems: readonly string[]): string {
  const list = problems.map((problem) => `  - ${problem}\n`).join("");
  return (
    `Stack '${stack}' has invalid configuration; nothing was changed:\n${list}` +
    `Keys are set in Pulumi.${stack}.yaml, and described in docs/CONFIGURATION.md.`
  );
}

function parseValue(
  value: string | undefined,
  key: ConfigKey<unknown>,
): { value?: unknown; problem?: string } {
  if (value === undefined) return { value: key.default };
  if (value === "") return key.default === undefined ? {} : { problem: "has no value" };
  const result = v.safeParse(key.type.schema, value);
  return result.success ? { value: result.output } : { problem: result.issues[0].message };
}

function portConflicts(config: Readonly<Record<string, unknown>>): string[] {
  const byPort = new Map<unknown, string[]>();
  for (const [name, port] of Object.entries(config)) {
    if (name.endsWith("Port")) byPort.set(port, [...(byPort.get(port) ?? []), name]);
  }
  return [...byPort]
    .filter(([, names]) => names.length > 1)
    .map(([port, names]) => `${names.join(" and ")}: cannot use the same port ${port}`);
}

function emptyDateRange({ earliestEventDate, latestEventDate }: Readonly<Record<string, unknown>>): string[] {
  const isEmpty = String(earliestEventDate ?? "") > String(latestEventDate ?? "9999-12-31");
  return isEmpty ? ["earliestEventDate: is after latestEventDate, so no event would be valid"] : [];
}

function appKeyAlone({ datadogAppKey, datadogApiKey }: Readonly<Record<string, unknown>>): string[] {
  if (datadogAppKey === undefined || datadogApiKey !== undefined) return [];
  return ["datadogAppKey: needs datadogApiKey, which sends what the dashboard and the monitors show"];
}
