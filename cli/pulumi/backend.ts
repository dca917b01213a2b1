import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Env } from "../env.ts";
import { UserError } from "../errors.ts";
import type { Project } from "../project.ts";

/** Where a stack's state is kept. */
export interface Backend {
  /** As PULUMI_BACKEND_URL takes it; undefined: where the user is logged in. */
  readonly url: string | undefined;
  /** The folder of a `file://` backend. */
  readonly folder: string | undefined;
}

/** @param asked a URL that takes precedence over PULUMI_BACKEND_URL and Pulumi.yaml, or `current`: where the user is logged in */
export function backendOf(project: Pick<Project, "dir" | "backendUrl">, env: Env, asked?: string): Backend {
  if (asked === "current") return { url: undefined, folder: undefined };
  const url = asked ?? (env.PULUMI_BACKEND_URL || project.backendUrl);
  if (url !== undefined && !url.startsWith("file://")) return { url, folder: undefined };
  const [path = "", query] = (url ?? "file://.pulumi-state").slice("file://".length).split("?");
  const local = path.replace(/^\/(?=[A-Za-z]:)/, "").replace(/^~(?=$|[/\\])/, homedir());
  const folder = resolve(project.dir, local);
  if (/[#%]/.test(folder)) {
    throw new UserError(
      `Pulumi cannot keep state in ${folder}: it takes # and % in the path for parts of a URL`,
      "Move the checkout, or name another folder with --backend file://DIR.",
    );
  }
  const options = query === undefined ? "" : `?${query}`;
  return { url: `file://${folder.replaceAll("\\", "/")}${options}`, folder };
}

/** The folder of a project's state files in a `file://` backend. */
export const stacksFolder = (folder: string, project: string) => join(folder, ".pulumi", "stacks", project);

/** The files of one stack in a `file://` backend: as Pulumi lays them out, and the turns of this command line. */
export function stackFiles(folder: string, project: string, stack: string) {
  return {
    state: join(stacksFolder(folder, project), `${stack}.json`),
    locks: join(folder, ".pulumi", "locks", "organization", project, stack),
    turns: join(folder, ".commerce", "turns", project, stack),
  };
}

/** Whether there is no such stack (yet). False where only the CLI can tell. */
export function isUnwritten({ folder }: Backend, { name, stack }: Pick<Project, "name" | "stack">): boolean {
  if (folder === undefined) return false;
  const { state } = stackFiles(folder, name, stack);
  return !existsSync(state) && !existsSync(`${state}.gz`);
}

/**
 * The variables with which the Pulumi CLI finds state and passphrase. What the user has set takes precedence. A passphrase is
 * generated on first use, into a file that only its owner can read.
 */
export function backendEnvironment({ url, folder }: Backend, project: Pick<Project, "dir">, env: Env): Env {
  if (url === undefined) return {};
  // The CLI does not create the folder.
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  // An empty passphrase is valid, hence the check for undefined. Pulumi Cloud encrypts with its own keys.
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
  // Linked once it is complete, as half a passphrase would be taken for one.
  const scratch = `${path}.${process.pid}`;
  try {
    writeFileSync(scratch, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    linkSync(scratch, path);
  } catch (error) {
    // Another run was faster: its passphrase is used.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(scratch, { force: true });
  }
  return path;
}
