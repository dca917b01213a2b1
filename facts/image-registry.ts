/** The registry that official images are pulled from, if it is not the one that their names say. */

/** The variable that names it, such as registry.example.com/mirror. */
export const REGISTRY_VARIABLE = "COMMERCE_REGISTRY";

const HOST = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|\[[0-9a-f:]+\]|[a-z0-9-]+(?=:\d))(?::\d+)?$/i;
const FOLDER = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** What is wrong with the variable's value, or undefined. Docker would take a name without a dot for a user. */
export function registryProblem(registry: string): string | undefined {
  const [host = "", ...folders] = registry.replace(/\/+$/, "").split("/");
  if (HOST.test(host) && folders.every((folder) => FOLDER.test(folder))) return undefined;
  return `${REGISTRY_VARIABLE} is '${registry}': set it to a registry like registry.example.com/mirror, or unset it`;
}

/** The name of an official image in that registry: `flink:2.2.1` is `registry.example.com/mirror/flink:2.2.1`. */
export function inRegistry(registry: string | undefined, image: string): string {
  return registry ? `${registry.replace(/\/+$/, "")}/${image}` : image;
}
