/** Names of resources: `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`. */

export const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_TYPE = "pulumi:providers:";

export interface UrnParts {
  stack: string;
  project: string;
  /** The types of all ancestors below the stack, joined with `$`, and the resource's own. */
  qualifiedType: string;
  type: string;
  name: string;
}

export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent ? parseUrn(parent).qualifiedType : "";
  const qualified = parentType && parentType !== STACK_TYPE ? `${parentType}$${type}` : type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** @throws if the text is no URN. */
export function parseUrn(urn: string): UrnParts {
  const [head = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  if (!head.startsWith("urn:pulumi:") || name.length === 0) throw new Error(`'${urn}' is not a resource URN`);
  const type = qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
  return { stack: head.slice("urn:pulumi:".length), project, qualifiedType, type, name: name.join("::") };
}

/** How a resource names its provider: `URN::ID`. */
export function splitReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}

export function isProviderType(type: string): boolean {
  return type.startsWith(PROVIDER_TYPE);
}

/** The package whose plugin serves a type: `docker` for both `docker:index/network:Network` and its provider. */
export function packageOf(type: string): string {
  return isProviderType(type) ? type.slice(PROVIDER_TYPE.length) : type.slice(0, type.indexOf(":"));
}

export function providerType(packageName: string): string {
  return PROVIDER_TYPE + packageName;
}

/** Default providers are the engine's own doing, so displays and counts leave them out. */
export function isDefaultProvider(urn: string): boolean {
  const { type, name } = parseUrn(urn);
  return isProviderType(type) && /^default(_|$)/.test(name);
}
