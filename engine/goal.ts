/** What the program asks for, apart from how it is asked (monitor.ts) and what comes of it (deployment.ts). */
import type { PropertyMap } from "../plugins/sdk/values.ts";
import type { ResourceState } from "./state.ts";
import { isProviderType, makeUrn, packageOf, parseUrn, providerType } from "./urn.ts";

/** A former name: what is left out is as it is now. */
export type Alias =
  | { urn: string }
  | { name?: string; type?: string; stack?: string; project?: string; parent?: string; noParent?: boolean };

export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  inputs: PropertyMap;
  parent?: string;
  /** Inherited from the parent where undefined, as are the next two. */
  protect?: boolean;
  retainOnDelete?: boolean;
  deletedWith?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** `URN::ID`; the package's default provider if absent. */
  provider?: string;
  version?: string;
  pluginDownloadUrl?: string;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  hideDiffs: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
  customTimeouts?: ResourceState["customTimeouts"];
  /** An existing resource to take over instead of creating one. */
  importId?: string;
}

/**
 * The URNs under which the resource may be known from before.
 * @param formerName gives the URN under which another one was found, if that was not its own.
 */
export function formerUrns(
  urn: string,
  goal: Goal,
  formerName: (urn: string) => string | undefined,
): string[] {
  const now = parseUrn(urn);
  const urns = goal.aliases.map((alias) => {
    if ("urn" in alias) return alias.urn;
    const former = alias.parent && (formerName(alias.parent) ?? alias.parent);
    const parent = alias.noParent ? undefined : (former ?? goal.parent);
    return makeUrn(
      alias.stack || now.stack,
      alias.project || now.project,
      parent,
      alias.type || goal.type,
      alias.name || goal.name,
    );
  });
  const formerParent = goal.parent && formerName(goal.parent);
  if (formerParent && goal.parent) {
    const parentName = parseUrn(goal.parent).name;
    for (const { type, name } of [goal, ...urns.map(parseUrn)]) {
      // Children are often named after their parent, and were renamed with it.
      const before = name.startsWith(parentName)
        ? parseUrn(formerParent).name + name.slice(parentName.length)
        : name;
      urns.push(makeUrn(now.stack, now.project, formerParent, type, before));
    }
  }
  return [...new Set(urns)].filter((former) => former !== urn);
}

/** Everything of the new state that the program decides. */
export function nextState(
  urn: string,
  goal: Goal,
  inputs: PropertyMap,
  provider: string | undefined,
  parent: ResourceState | undefined,
): ResourceState {
  return {
    urn,
    custom: goal.custom,
    type: goal.type,
    inputs,
    parent: goal.parent,
    protect: goal.protect ?? parent?.protect,
    dependencies: goal.dependencies,
    provider,
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    customTimeouts: goal.customTimeouts,
    importID: goal.importId,
    retainOnDelete: goal.retainOnDelete ?? parent?.retainOnDelete,
    deletedWith: goal.deletedWith || parent?.deletedWith,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
  };
}

/** What the program gives, and for a provider what the engine adds: which plugin it is to be served by. */
export function goalInputs(goal: Goal, versions: ReadonlyMap<string, string>): PropertyMap {
  if (!isProviderType(goal.type)) return goal.inputs;
  const version = goal.version || versions.get(packageOf(goal.type));
  const internal = goal.pluginDownloadUrl ? { pluginDownloadURL: goal.pluginDownloadUrl } : {};
  return version ? { ...goal.inputs, version, __internal: internal } : goal.inputs;
}

/** A goal that asks for nothing in particular. */
export function plainGoal(type: string, name: string, inputs: PropertyMap): Goal {
  return {
    type,
    name,
    custom: true,
    inputs,
    dependencies: [],
    propertyDependencies: {},
    ignoreChanges: [],
    replaceOnChanges: [],
    hideDiffs: [],
    additionalSecretOutputs: [],
    aliases: [],
  };
}

/** The provider of all resources of a package that name none, as Pulumi calls it: `default_1_2_3`. */
export function defaultProviderGoal(
  packageName: string,
  version: string | undefined,
  pluginDownloadUrl: string | undefined,
  config: PropertyMap,
): Goal {
  const parts = ["default", version, pluginDownloadUrl].filter((part) => part);
  const name = parts.join("_").replace(/[^A-Za-z0-9_]+/g, "_");
  const goal = plainGoal(providerType(packageName), name, { ...config, __internal: {} });
  return { ...goal, version, pluginDownloadUrl };
}
