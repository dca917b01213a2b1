/** States that official plugins and earlier versions have written, with their secrets decrypted. */
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { container } from "../../../plugins/docker/container.ts";
import { image } from "../../../plugins/docker/image.ts";
import { network } from "../../../plugins/docker/network.ts";
import { remoteImage } from "../../../plugins/docker/remote-image.ts";
import { volume } from "../../../plugins/docker/volume.ts";
import { defaultPrivileges } from "../../../plugins/postgresql/default-privileges.ts";
import { grant } from "../../../plugins/postgresql/grant.ts";
import { role } from "../../../plugins/postgresql/role.ts";
import { randomPassword } from "../../../plugins/random/random-password.ts";
import type { ResourceHandler } from "../../../plugins/sdk/provider.ts";
import { type PropertyMap, SIGNATURE } from "../../../plugins/sdk/values.ts";

export type StateName = "official-docker-plugin" | "substitute-docker-plugin" | "before-the-cli";

export interface RecordedResource {
  type: string;
  name: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  /** The inputs that the program gave; the others were filled in. */
  given: string[];
}

/** This project's handlers, by type. */
export const HANDLERS = {
  "docker:index/container:Container": container,
  "docker:index/image:Image": image,
  "docker:index/network:Network": network,
  "docker:index/remoteImage:RemoteImage": remoteImage,
  "docker:index/volume:Volume": volume,
  "postgresql:index/defaultPrivileges:DefaultPrivileges": defaultPrivileges,
  "postgresql:index/grant:Grant": grant,
  "postgresql:index/role:Role": role,
  "random:index/randomPassword:RandomPassword": randomPassword,
} as unknown as Record<string, ResourceHandler<PropertyMap, PropertyMap>>;

/** The resources of a state that this project's plugins manage. */
export function recordedResources(state: StateName): RecordedResource[] {
  const { checkpoint } = JSON.parse(readState(`${state}.json`));
  const open = opener(
    checkpoint.latest.secrets_providers.state.salt,
    readState(`${state}.passphrase`).trim(),
  );
  return checkpoint.latest.resources
    .filter(({ type }: { type: string }) => type in HANDLERS)
    .map((resource: Record<string, PropertyMap> & { urn: string; type: string; id: string }) => ({
      type: resource.type,
      name: resource.urn.split("::")[3],
      id: resource.id,
      inputs: open(resource.inputs),
      outputs: open(resource.outputs),
      given: Object.keys(resource.propertyDependencies ?? {}),
    }));
}

/** The inputs that the program gave, without those that a plugin filled in. */
export function programInputs({ inputs, given }: RecordedResource): PropertyMap {
  const { build, ...others } = pick(inputs, given);
  const { contextDigest: _digest, platform: _platform, ...named } = (build ?? {}) as PropertyMap;
  return { ...(withoutDefaults(others) as PropertyMap), ...(build !== undefined && { build: named }) };
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const { __defaults: filled = [], ...others } = value as PropertyMap & { __defaults?: string[] };
  const kept = Object.entries(others).filter(([key]) => !filled.includes(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutDefaults(item)]));
}

function pick(values: PropertyMap, keys: string[]): PropertyMap {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

const keys = new Map<string, Buffer>();

/** Pulumi's passphrase scheme, version 1: `v1:NONCE:DATA`, sealed with AES-256-GCM. */
function opener(salt: string, passphrase: string): <T>(value: T) => T {
  const [, encoded = ""] = salt.split(":");
  const key =
    keys.get(encoded) ?? pbkdf2Sync(passphrase, Buffer.from(encoded, "base64"), 1_000_000, 32, "sha256");
  keys.set(encoded, key);
  const decrypt = (sealed: string) => {
    const [, nonce = "", payload = ""] = sealed.split(":");
    const data = Buffer.from(payload, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(data.subarray(-16));
    return JSON.parse(decipher.update(data.subarray(0, -16), undefined, "utf8") + decipher.final("utf8"));
  };
  const open = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(open);
    if (typeof value !== "object" || value === null) return value;
    if (SIGNATURE in value && "ciphertext" in value) return open(decrypt(String(value.ciphertext)));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item)]));
  };
  return open as <T>(value: T) => T;
}

function readState(file: string): string {
  return readFileSync(new URL(`states/${file}`, import.meta.url), "utf8");
}
