/** Reads a stack's state from `pulumi stack export`. Pure. */

/** The fields of Pulumi's format that are read here. */
export interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly unknown[];
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  /** `URN::ID` */
  readonly provider?: string;
  readonly inputs?: {
    readonly labels?: readonly { readonly label: string }[];
    readonly partitions?: unknown;
    readonly config?: unknown;
  };
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly retainOnDelete?: boolean;
  readonly deletedWith?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/** The program's exports. After a failed run, some may be missing. */
export type Outputs = Readonly<Record<string, unknown>>;

export interface StackState {
  readonly resources: readonly StateResource[];
  readonly outputs: Outputs;
}

const STACK_TYPE = "pulumi:pulumi:Stack";
const VOLUME_TYPE = "docker:index/volume:Volume";

export const isVolume = ({ type }: StateResource) => type === VOLUME_TYPE;
/** What is shown in place of a secret. */
export const SECRET = "[secret]";
/** The key by which Pulumi marks a value that it has wrapped, such as a secret. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** @param exported the text of `pulumi stack export`; with `--show-secrets` secrets are in the outputs, else `[secret]` */
export function parseState(exported: string): StackState {
  return stateOf((JSON.parse(exported) as { deployment?: Deployment }).deployment);
}

export function stateOf(deployment: Deployment | undefined): StackState {
  const resources = deployment?.resources ?? [];
  const stack = resources.find(({ type }) => type === STACK_TYPE);
  const outputs = Object.entries(stack?.outputs ?? {}).map(([name, value]) => [name, plain(value)]);
  return { resources, outputs: Object.fromEntries(outputs) };
}

/**
 * Adds the secrets of earlier outputs to outputs that were read without secrets.
 *
 * @returns undefined if one is missing there
 */
export function withSecretsFrom(earlier: Outputs, outputs: Outputs): Outputs | undefined {
  const secret = Object.keys(outputs).filter((name) => outputs[name] === SECRET);
  if (!secret.every((name) => name in earlier)) return undefined;
  return { ...outputs, ...Object.fromEntries(secret.map((name) => [name, earlier[name]])) };
}

/** Whether anything but the stack itself is recorded: a destroy leaves an empty state. */
export function isUp({ resources }: StackState): boolean {
  return resources.some(({ type }) => type !== STACK_TYPE);
}

export function resourcesOfType({ resources }: StackState, type: string): StateResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The names of the stack's recorded volumes, and whether a destroy keeps each: only the record counts for Pulumi. */
export function recordedVolumes({ resources }: StackState): ReadonlyMap<string, boolean> {
  const volumes = resources.filter(isVolume);
  return new Map(volumes.map(({ id = "", retainOnDelete = false }) => [id, retainOnDelete]));
}

/** The value without Pulumi's wrappers around secrets. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) {
    return "plaintext" in value ? JSON.parse(String(value.plaintext)) : SECRET;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
