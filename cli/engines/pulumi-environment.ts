import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backendFolder } from "../../engine/backend.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which the Pulumi CLI keeps state where the embedded engine does: a file backend beside
 * Pulumi.yaml, with a passphrase of its own. What the user has set wins.
 */
export function pulumiEnvironment(projectDir: string, env: Env): Record<string, string | undefined> {
  const folder = backendFolder(undefined, projectDir);
  const url = env.PULUMI_BACKEND_URL || fileUrl(folder);
  mkdirSync(folder, { recursive: true });
  const result: Record<string, string | undefined> = {
    ...env,
    PULUMI_BACKEND_URL: url,
    PULUMI_SKIP_UPDATE_CHECK: env.PULUMI_SKIP_UPDATE_CHECK ?? "true",
  };
  // An empty passphrase is a passphrase, hence the look for undefined.
  if (env.PULUMI_CONFIG_PASSPHRASE === undefined && !env.PULUMI_CONFIG_PASSPHRASE_FILE) {
    const isFolder = url.startsWith("file://");
    result.PULUMI_CONFIG_PASSPHRASE_FILE = ensurePassphrase(
      isFolder ? backendFolder(url, projectDir) : folder,
    );
  }
  return result;
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
