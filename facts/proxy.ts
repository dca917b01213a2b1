/** The proxy variables of a build. */

const NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/**
 * The proxy variables of an environment, each in both spellings, since programs differ in the one that they read. Docker
 * knows these build arguments: it neither records them in an image nor lets them decide whether a step is cached.
 *
 * A proxy on this machine's loopback is left out, as a build cannot reach it.
 */
export function proxyVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of NAMES) {
    const value = env[name] || env[name.toLowerCase()];
    if (!value || (name !== "NO_PROXY" && isLoopback(value))) continue;
    found[name] = value;
    found[name.toLowerCase()] = value;
  }
  return Object.keys(found).some((name) => name.toUpperCase() !== "NO_PROXY") ? found : {};
}

function isLoopback(proxy: string): boolean {
  const url = proxy.includes("://") ? proxy : `http://${proxy}`;
  return URL.canParse(url) && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}
