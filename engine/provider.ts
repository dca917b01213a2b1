/** What the engine asks of whoever manages resources: a plugin, or the engine itself for providers. */
import type { PropertyMap } from "../plugins/sdk/values.ts";
import type { ProviderDiff } from "./planner.ts";

/** A resource as its provider is told of it. */
export interface Subject {
  urn: string;
  type: string;
  name: string;
}

export interface Existing extends Subject {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

export interface Made {
  id: string;
  outputs: PropertyMap;
  /** Why the resource exists but does not work; empty if all is well. */
  initErrors: string[];
}

export interface OperationOptions {
  preview: boolean;
  /** From `customTimeouts`. */
  timeoutSeconds?: number;
  ignoreChanges?: string[];
}

/** The provider gave no answer that tells whether the operation was carried out. */
export class OutcomeUnknown extends Error {}

/** Failures of any operation are Errors whose message is meant for the user. */
export interface Provider {
  check(
    subject: Subject,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ inputs: PropertyMap; failures: { property: string; reason: string }[] }>;
  diff(existing: Existing, news: PropertyMap, ignoreChanges: string[]): Promise<ProviderDiff>;
  /** In a preview the id may be empty and outputs be missing: they are not known yet. */
  create(subject: Subject, inputs: PropertyMap, options: OperationOptions): Promise<Made>;
  update(existing: Existing, news: PropertyMap, options: OperationOptions): Promise<Omit<Made, "id">>;
  delete(existing: Existing, options: OperationOptions): Promise<void>;
  /** @returns undefined if the resource does not exist. */
  read(existing: Existing, options: OperationOptions): Promise<(Made & { inputs?: PropertyMap }) | undefined>;
  invoke(
    token: string,
    args: PropertyMap,
    preview: boolean,
  ): Promise<{ result: PropertyMap; failures: { property: string; reason: string }[] }>;
}
