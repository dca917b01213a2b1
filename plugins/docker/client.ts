/** A client of the Docker Engine API, configured by the environment or the provider's settings. */
import type Docker from "dockerode";
import { onlySettings } from "../sdk/settings.ts";
import type { PropertyMap } from "../sdk/values.ts";

let client: Promise<Docker> | undefined;
/** The value of DOCKER_HOST before a setting replaced it. */
let inherited: { host: string | undefined } | undefined;

/** @param settings of the provider: `host` overrides DOCKER_HOST */
export function configureDocker(settings: PropertyMap): void {
  onlySettings(settings, ["host"]);
  if (inherited) setDockerHost(inherited.host);
  inherited = undefined;
  if (typeof settings.host === "string" && settings.host) {
    inherited = { host: process.env.DOCKER_HOST };
    setDockerHost(settings.host);
  }
  client = undefined;
}

function setDockerHost(host: string | undefined): void {
  if (host === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = host;
}

/** The client, created on first use: loading it takes longer than starting the plugin. */
export function docker(): Promise<Docker> {
  if (process.env.DOCKER_HOST?.startsWith("ssh:")) {
    const reason = "a Docker host over SSH is not supported by the project's own plugin";
    throw new Error(
      `${process.env.DOCKER_HOST}: ${reason}; forward its socket (ssh -L) and use tcp:// or unix://`,
    );
  }
  // Honours DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, and knows each platform's default socket.
  client ??= import("dockerode").then(({ default: Engine }) => new Engine());
  return client;
}

/** The answer to a request, or undefined if the engine says that the object does not exist. */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The HTTP status that the engine answered with. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
}

/**
 * The version of the official plugin's schema for networks and volumes, recorded as that plugin does. Without it, the
 * official plugin would take the state for its first version and migrate it.
 */
export const SCHEMA_VERSION_1 = { __meta: '{"schema_version":"1"}' };

export interface Label {
  label: string;
  value: string;
}

export function labelMap(labels: Label[] = []): Record<string, string> {
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

/** Live labels as inputs have them: left out where there are none. */
export function labelInputs(live: Record<string, string> | null | undefined): { labels?: Label[] } {
  const labels = Object.entries(live ?? {}).map(([label, value]) => ({ label, value }));
  return labels.length > 0 ? { labels } : {};
}

type LiveLabels = Record<string, string> | null | undefined;

/** Labels that say which checkout created an object: the id of its state, and its folder. */
const isOwner = (label: string) => label.endsWith(".owner");
const isFolder = (label: string) => label.endsWith(".folder");

/**
 * Refuses an existing object that is not this stack's. The stack's have every label that the program declares, the
 * checkout's aside: those that a killed run left, or a state that was lost, or an earlier version without them.
 *
 * @throws Error with what to do
 */
export function requireOwn(
  kind: "container" | "network" | "volume",
  name: string,
  live: LiveLabels,
  declared: Label[] = [],
): void {
  const found = live ?? {};
  const others = declared.filter(({ label }) => !isOwner(label) && !isFolder(label));
  if (others.length === 0 || others.some(({ label, value }) => found[label] !== value)) {
    throw new Error(
      `A ${kind} named "${name}" already exists and does not have this stack's labels. ` +
        `Remove it (docker ${kind === "container" ? "rm -f" : `${kind} rm`} ${name}) or choose another name.`,
    );
  }
}

/**
 * Refuses an object that another checkout has created. Both of its labels must differ: the state may have been lost, and
 * the folder may have been moved.
 *
 * @throws Error that names the other checkout
 */
export function refuseForeign(
  kind: "container" | "network",
  name: string,
  live: LiveLabels,
  declared: Label[] = [],
): void {
  const differs = (is: (label: string) => boolean) => {
    const found = Object.entries(live ?? {}).find(([label]) => is(label))?.[1];
    return found !== undefined && declared.some(({ label, value }) => is(label) && value !== found);
  };
  if (!differs(isOwner) || !differs(isFolder)) return;
  const folder = Object.entries(live ?? {}).find(([label]) => isFolder(label))?.[1];
  throw new Error(
    `The ${kind} ${name} belongs to the checkout in ${folder}. Work in that checkout, choose another name, or take the ` +
      "stack over with `commerce up --take-over`.",
  );
}
