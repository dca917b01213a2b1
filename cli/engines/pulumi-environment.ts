import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backendFolder } from "../../engine/backend.ts";
import { loadProject } from "../../engine/project.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which the Pulumi CLI keeps state where the embedded engine does: a file backend beside
 * Pulumi.yaml, with a passphrase of its own. What the user has set wins.
 *
 * @param backend a URL over all others; `current` leaves place and passphrase to the CLI, as its user set it up
 */
export function pulumiEnvironment(
  projectDir: string,
  env: Env,
  backend?: string,
): Record<string, string | undefined> {
  const result = { ...env, PULUMI_SKIP_UPDATE_CHECK: env.PULUMI_SKIP_UPDATE_CHECK ?? "true" };
  if (backend === "current") return result;
  const asked = backend ?? (env.PULUMI_BACKEND_URL || loadProject(projectDir).backendUrl);
  const isFolder = asked === undefined || asked.startsWith("file://");
  const folder = backendFolder(isFolder ? asked : undefined, projectDir);
  // The CLI does not make the folder.
  if (isFolder) mkdirSync(folder, { recursive: true });
  // An empty passphrase is a passphrase, hence the look for undefined. A service encrypts with keys of its own.
  const needsPassphrase =
    env.PULUMI_CONFIG_PASSPHRASE === undefined &&
    !env.PULUMI_CONFIG_PASSPHRASE_FILE &&
    !/^https?:/.test(asked ?? "");
  return {
    ...result,
    PULUMI_BACKEND_URL: isFolder ? fileUrl(folder) : asked,
    ...(needsPassphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: ensurePassphrase(folder) }),
  };
}

/** Pulumi takes the path as it stands, not as a URL would have it escaped. */
export function fileUrl(folder: string): string {
  return `file://${folder.replaceAll("\\", "/")}`;
}

/** The file with the passphrase, made on first use, readable by its owner alone; the embedded engine's, too. */
function ensurePassphrase(folder: string): string {
  const path = join(folder, "passphrase");
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(path, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another run was quicker: its passphrase is the one.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  return path;
}
