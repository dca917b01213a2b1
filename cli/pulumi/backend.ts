import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Project } from "../project.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where a stack's state is kept. */
export interface Backend {
  /** As PULUMI_BACKEND_URL takes it; undefined: where the user is logged in. */
  readonly url: string | undefined;
  /** The folder of a `file://` backend. */
  readonly folder: string | undefined;
}

/** @param asked a URL that wins over PULUMI_BACKEND_URL and Pulumi.yaml, or `current`: where the user is logged in */
export function backendOf(project: Pick<Project, "dir" | "backendUrl">, env: Env, asked?: string): Backend {
  if (asked === "current") return { url: undefined, folder: undefined };
  const url = asked ?? (env.PULUMI_BACKEND_URL || project.backendUrl);
  if (url !== undefined && !url.startsWith("file://")) return { url, folder: undefined };
  const path = url?.slice("file://".length).replace(/^\/(?=[A-Za-z]:)/, "") ?? ".pulumi-state";
  const folder = resolve(project.dir, path.replace(/^~(?=$|[/\\])/, homedir()));
  // Pulumi takes the path literally, not escaped as in a URL.
  return { url: `file://${folder.replaceAll("\\", "/")}`, folder };
}

/** The files of one stack in a `file://` backend, as Pulumi lays them out. */
export function stackFiles(folder: string, project: string, stack: string) {
  return {
    state: join(folder, ".pulumi", "stacks", project, `${stack}.json`),
    locks: join(folder, ".pulumi", "locks", "organization", project, stack),
  };
}

/**
 * The variables with which the Pulumi CLI finds state and passphrase. What the user has set wins. A passphrase is
 * generated on first use, into a file that only its owner can read.
 */
export function backendEnvironment({ url, folder }: Backend, project: Pick<Project, "dir">, env: Env): Env {
  if (url === undefined) return {};
  // The CLI does not create the folder.
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  // An empty passphrase is a passphrase, hence the check for undefined. Pulumi Cloud encrypts with keys of its own.
  const needsPassphrase =
    env.PULUMI_CONFIG_PASSPHRASE === undefined && !env.PULUMI_CONFIG_PASSPHRASE_FILE && !/^https?:/.test(url);
  const passphraseFile = join(folder ?? join(project.dir, ".pulumi-state"), "passphrase");
  return {
    PULUMI_BACKEND_URL: url,
    ...(needsPassphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: ensurePassphrase(passphraseFile) }),
  };
}

function ensurePassphrase(path: string): string {
  if (existsSync(path)) return path;
  mkdirSync(resolve(path, ".."), { recursive: true });
  try {
    writeFileSync(path, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    // Another run was quicker: its passphrase counts.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return path;
}
