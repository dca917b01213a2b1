/** Pulumi's checkpoint format, version 3: what a stack's file holds, and how secrets are sealed in it. */
import { createHash } from "node:crypto";
import {
  isSecret,
  type PropertyMap,
  SECRET_SIGNATURE,
  SIGNATURE,
  secret,
  unwrapSecrets,
} from "../plugins/sdk/values.ts";
import { findDamage } from "./integrity.ts";
import type { Secrets } from "./secrets.ts";

/** The Pulumi release whose format and behaviour this engine follows. */
export const PULUMI_VERSION = "v3.255.0";
const FORMAT = 3;
const FIELDS = (
  "urn custom delete id type inputs outputs parent protect external dependencies initErrors provider " +
  "propertyDependencies pendingReplacement additionalSecretOutputs aliases customTimeouts importID " +
  "retainOnDelete deletedWith created modified ignoreChanges replaceOnChanges"
).split(" ");

/** A resource as the checkpoint names its fields. States are never changed in place. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  /** A replaced resource that is still to be deleted. */
  delete?: boolean;
  id?: string;
  type: string;
  inputs?: PropertyMap;
  outputs?: PropertyMap;
  parent?: string;
  protect?: boolean;
  /** Read by the program, not managed by it. */
  external?: boolean;
  dependencies?: string[];
  /** Why the last create or update did not quite succeed. */
  initErrors?: string[];
  /** `URN::ID`. */
  provider?: string;
  propertyDependencies?: Record<string, string[]>;
  /** Deleted so that it can be replaced; its replacement does not exist yet. */
  pendingReplacement?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  /** Seconds. */
  customTimeouts?: { create?: number; update?: number; delete?: number; read?: number };
  importID?: string;
  retainOnDelete?: boolean;
  deletedWith?: string;
  created?: string;
  modified?: string;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
}

export interface Operation {
  resource: ResourceState;
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
}

export interface Contents {
  resources: ResourceState[];
  pending: Operation[];
  metadata: PropertyMap;
}

/** Parsed, but with its secrets still sealed. */
export interface SealedCheckpoint {
  salt?: string;
  unseal(secrets: Secrets): Contents;
}

/** @throws if the text is damaged, of another version, or sealed in a way that this engine does not know. */
export function parseCheckpoint(text: string, path: string): SealedCheckpoint {
  const damaged = (what: string) =>
    new Error(
      `${path} is damaged (${what}): nothing was changed. Restore it, from ${path}.bak or from the backups folder`,
    );
  let file: { version?: unknown; deployment?: unknown; checkpoint?: { latest?: PropertyMap | null } } | null;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (file?.deployment)
    throw damaged("it is what 'pulumi stack export' writes: use 'pulumi stack import' on it");
  if (typeof file?.version === "number" && file.version !== FORMAT) {
    throw new Error(
      `${path} has format version ${file.version}, this engine reads version ${FORMAT}: use the Pulumi CLI on it`,
    );
  }
  if (file?.version !== FORMAT || !file.checkpoint) throw damaged("it is no stack's checkpoint");
  const latest = file.checkpoint.latest ?? {};
  const damage = findDamage(latest);
  if (damage) throw damaged(damage);
  const provider = (latest.secrets_providers ?? {}) as { type?: string; state?: { salt?: string } };
  if (provider.type && provider.type !== "passphrase") {
    throw new Error(
      `${path}: secrets provider '${provider.type}' is not supported by the embedded engine, only passphrase`,
    );
  }
  const unsealed = (resource: ResourceState, secrets: Secrets) => {
    try {
      return unsealResource(resource, secrets);
    } catch (error) {
      throw damaged(`${resource.urn}: ${(error as Error).message}`);
    }
  };
  return {
    salt: provider.state?.salt,
    unseal: (secrets) => ({
      resources: ((latest.resources ?? []) as ResourceState[]).map((resource) => unsealed(resource, secrets)),
      pending: ((latest.pending_operations ?? []) as Operation[]).map((operation) => ({
        ...operation,
        resource: unsealed(operation.resource, secrets),
      })),
      metadata: (latest.metadata ?? {}) as PropertyMap,
    }),
  };
}

/** Writes checkpoints of one stack; a resource is sealed once for as long as its state is the same object. */
export function checkpointWriter(
  organizationStack: string,
  secrets: Secrets,
): (contents: Contents) => string {
  const sealed = new WeakMap<ResourceState, object>();
  const sealedOnce = (resource: ResourceState) => {
    const known = sealed.get(resource) ?? sealResource(resource, secrets);
    sealed.set(resource, known);
    return known;
  };
  return ({ resources, pending, metadata }) => {
    const latest = {
      manifest: {
        time: new Date().toISOString(),
        magic: createHash("sha256").update(PULUMI_VERSION).digest("hex"),
        version: PULUMI_VERSION,
      },
      secrets_providers: { type: "passphrase", state: { salt: secrets.salt } },
      ...(resources.length > 0 && { resources: resources.map(sealedOnce) }),
      ...(pending.length > 0 && {
        pending_operations: pending.map(({ resource, type }) => ({ resource: sealedOnce(resource), type })),
      }),
      metadata,
    };
    return JSON.stringify(
      { version: FORMAT, checkpoint: { stack: organizationStack, latest } },
      undefined,
      4,
    );
  };
}

function unsealResource(resource: ResourceState, secrets: Secrets): ResourceState {
  const opened = { ...resource };
  if (resource.inputs) opened.inputs = unseal(resource.inputs, secrets) as PropertyMap;
  if (resource.outputs) opened.outputs = unseal(resource.outputs, secrets) as PropertyMap;
  return opened;
}

function sealResource(state: ResourceState, secrets: Secrets): object {
  const all: PropertyMap = { ...state };
  for (const key of ["inputs", "outputs"]) all[key] = seal(sorted(all[key] ?? {}), secrets);
  all.propertyDependencies = sorted(state.propertyDependencies ?? {});
  return filled(all);
}

/** Fields in the real engine's order, the empty ones left out as it does. */
export function filled(state: object): object {
  const isEmpty = (value: unknown) =>
    value === undefined ||
    value === false ||
    value === "" ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  const place = (key: string) => (FIELDS.includes(key) ? FIELDS.indexOf(key) : FIELDS.length);
  return Object.fromEntries(
    Object.entries(state)
      .filter(([key, value]) => key === "custom" || !isEmpty(value))
      .sort(([a], [b]) => place(a) - place(b)),
  );
}

function seal(value: unknown, secrets: Secrets): unknown {
  if (isSecret(value)) {
    const ciphertext = secrets.encrypt(JSON.stringify(unwrapSecrets(value.value) ?? null));
    return { [SIGNATURE]: SECRET_SIGNATURE, ciphertext };
  }
  return mapValues(value, (item) => seal(item, secrets));
}

function unseal(value: unknown, secrets: Secrets): unknown {
  if (typeof value === "object" && value !== null && SIGNATURE in value) {
    const { [SIGNATURE]: signature, ciphertext, plaintext } = value as PropertyMap;
    if (signature === SECRET_SIGNATURE) {
      const text = typeof ciphertext === "string" ? secrets.decrypt(ciphertext) : String(plaintext);
      return secret(JSON.parse(text));
    }
  }
  return mapValues(value, (item) => unseal(item, secrets));
}

function mapValues(value: unknown, map: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}

function sorted(map: object): object {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
