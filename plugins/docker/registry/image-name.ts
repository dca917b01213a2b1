/** The parts of an image's name, as Docker reads it. Pure. */

/** The key of Docker Hub in Docker's configuration. */
export const DOCKER_HUB = "https://index.docker.io/v1/";

/** The registry's host, or DOCKER_HUB: the first part of a name is a host if it cannot be a user. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return !isHost || /^(?:index\.|registry-1\.)?docker\.io$/.test(first) ? DOCKER_HUB : first;
}

/** As the engine's endpoint for pulls takes a name: without a tag, it would pull all. */
export function pullReference(image: string): { fromImage: string; tag: string } {
  const digest = image.indexOf("@");
  if (digest >= 0) return { fromImage: image.slice(0, digest), tag: image.slice(digest + 1) };
  const colon = image.lastIndexOf(":");
  if (colon <= image.lastIndexOf("/")) return { fromImage: image, tag: "latest" };
  return { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) };
}
