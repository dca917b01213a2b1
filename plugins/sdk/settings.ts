/** A provider's settings: which of them a plugin supports, and whether they have changed. Pure. */
import type { Diff, DiffKind } from "./provider.ts";
import { deepEqual, type PropertyMap, unwrapSecrets } from "./values.ts";

/** Keys that the engine adds, besides those that start with two underscores. */
const ENGINE_KEYS = ["version", "pluginDownloadURL", "envVarMappings"];

/** @throws Error that names a setting which the plugin does not support */
export function onlySettings(settings: PropertyMap, supported: readonly string[]): void {
  const unknown = Object.keys(settings).find((key) => !supported.includes(key) && !isEngineKey(key));
  if (!unknown) return;
  const list = supported.join(", ");
  throw new Error(
    `Provider setting "${unknown}" is not supported by the project's own plugin (supported: ${list})`,
  );
}

/**
 * Compares old and new settings. They only say how to reach existing systems, so no change, not even one to an
 * unknown value, replaces the provider and with it everything that it manages.
 */
export function diffSettings(olds: PropertyMap, news: PropertyMap): Diff {
  const before = plainSettings(olds);
  const after = plainSettings(news);
  const detailed: Record<string, DiffKind> = {};
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    if (deepEqual(before.get(key), after.get(key))) continue;
    detailed[key] = !before.has(key) ? "add" : !after.has(key) ? "delete" : "update";
  }
  return { changes: Object.keys(detailed).length > 0, replaces: [], detailed };
}

function plainSettings(settings: PropertyMap): Map<string, unknown> {
  const entries = Object.entries(unwrapSecrets(settings) as PropertyMap);
  return new Map(entries.filter(([key, value]) => !isEngineKey(key) && value !== null));
}

function isEngineKey(key: string): boolean {
  return key.startsWith("__") || ENGINE_KEYS.includes(key);
}
