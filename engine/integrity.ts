/** Whether a checkpoint can be worked with: what the real engine demands of one before it does anything. */
import type { PropertyMap } from "../plugins/sdk/values.ts";
import type { Operation, ResourceState } from "./state.ts";
import { isProviderType } from "./urn.ts";

type Shape = (value: unknown) => boolean;
const isText: Shape = (value) => typeof value === "string";
const isMap: Shape = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isList: Shape = (value) => Array.isArray(value);
const isTexts: Shape = (value) => Array.isArray(value) && value.every(isText);
const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || value === null || shape(value);

const checkpoint: Record<string, Shape> = {
  resources: optional(isList),
  pending_operations: optional(isList),
};
const resource: Record<string, Shape> = {
  urn: (value) => /^urn:pulumi:[^:]+::[^:]+::.+::/.test(String(value)),
  type: isText,
  id: optional(isText),
  parent: optional(isText),
  provider: optional(isText),
  deletedWith: optional(isText),
  inputs: optional(isMap),
  outputs: optional(isMap),
  dependencies: optional(isTexts),
  propertyDependencies: optional(
    (value) => isMap(value) && Object.values(value as object).every(optional(isTexts)),
  ),
};

/** @returns what is wrong with it, if something is. */
export function findDamage(latest: PropertyMap): string | undefined {
  const wrong = misfit(latest, checkpoint);
  if (wrong) return `'${wrong}' is not a list`;
  const states = (latest.resources ?? []) as ResourceState[];
  const operations = (latest.pending_operations ?? []) as Operation[];
  for (const state of [...states, ...operations.map((operation) => operation?.resource)]) {
    const wrong = misfit(state, resource);
    if (wrong) return `${state?.urn ?? "a resource"}: '${wrong}' is missing or not what it should be`;
  }
  const present = new Set<string>(states.map(({ urn }) => urn));
  const providers = new Set(states.map(({ type, urn, id }) => isProviderType(type) && `${urn}::${id}`));
  const live = new Set<string>();
  for (const { urn, parent, deletedWith, provider, dependencies, propertyDependencies, ...state } of states) {
    if (!state.delete && live.has(urn)) return `${urn} is there twice`;
    if (!state.delete) live.add(urn);
    const needed = [parent, deletedWith, dependencies, Object.values(propertyDependencies ?? {})].flat(2);
    const missing = needed.find((other) => other && !present.has(other));
    if (missing) return `${urn} refers to ${missing}, which is not there`;
    if (provider && !state.delete && !providers.has(provider)) {
      return `${urn} refers to the provider ${provider}, which is not there`;
    }
  }
  return undefined;
}

function misfit(value: unknown, shapes: Record<string, Shape>): string | undefined {
  return Object.keys(shapes).find((key) => !shapes[key]?.((value as PropertyMap | null)?.[key]));
}
