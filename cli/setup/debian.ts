import { existsSync, readFileSync } from "node:fs";
import { runCommand } from "./command.ts";

/** Whether packages can be installed: this is Debian, and the user is root. */
export function canInstallPackages(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && isDebian(readOsRelease());
}

export function isDebian(osRelease: string): boolean {
  return /^ID="?debian"?$/m.test(osRelease);
}

function readOsRelease(): string {
  const path = "/etc/os-release";
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Whether this process has fetched the package lists already. */
let isUpdated = false;

/** Installs packages without recommended ones. `onLine` is called for each. */
export async function installPackages(
  names: readonly string[],
  onLine: (detail: string) => void,
): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Another apt may be running, as on a machine that has just started.
  const options = ["-q", "-o", "DPkg::Lock::Timeout=120"];
  if (!isUpdated) {
    onLine("apt-get update");
    await runCommand("apt-get", [...options, "update"], { env });
    isUpdated = true;
  }
  await runCommand("apt-get", [...options, "install", "-y", "--no-install-recommends", ...names], {
    env,
    onLine: (line) => {
      if (/^(?:Unpacking|Setting up) /.test(line)) onLine(line.replace(/ \.\.\.$/, ""));
    },
  });
}

/** The sources of a release's packages, as lines of sources.list. */
export function debianSources(indexTargets: string, release: string): string[] {
  const uris = new Map<string, string>();
  for (const line of indexTargets.split("\n")) {
    const [uri, label] = line.split("|");
    if (uri && label && /^https?:/.test(uri) && !uris.has(label)) uris.set(label, uri);
  }
  const main = uris.get("Debian");
  const security = uris.get("Debian-Security");
  return [
    ...(main ? [`deb ${main} ${release} main`, `deb ${main} ${release}-updates main`] : []),
    ...(security ? [`deb ${security} ${release}-security main`] : []),
  ];
}

/** The mirrors that this machine installs from, for `release`; empty if apt has none. */
export async function mirrorsOfThisMachine(release: string): Promise<string[]> {
  const format = ["--format", "$(REPO_URI)|$(LABEL)", "Created-By: Packages"];
  return debianSources(await runCommand("apt-get", ["indextargets", ...format]), release);
}
