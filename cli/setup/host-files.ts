import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { cacheDir, nodePackageDir } from "./paths.ts";

/** A file of this machine that is copied into an image. */
export interface HostFile {
  /** Changes when the file changes; cheap to compute. */
  identity(): string;
  /** Its path, after obtaining it; undefined if this machine does not have it. */
  provide(): Promise<string | undefined>;
}

const bundle = "/etc/ssl/certs/ca-certificates.crt";
const npmVersion = "11.21.2";

export const hostFiles: Readonly<Record<string, HostFile>> = {
  "ca-certificates.crt": {
    identity: () =>
      existsSync(bundle) ? createHash("sha256").update(readFileSync(bundle)).digest("hex") : "none",
    provide: async () => (existsSync(bundle) ? bundle : undefined),
  },
  node: {
    identity: () => nodeVersion(),
    provide: async () => join(nodePackageDir, "bin", "node"),
  },
  "npm.tgz": {
    identity: () => npmVersion,
    provide: async () => {
      const path = join(cacheDir, `npm-${npmVersion}.tgz`);
      if (!existsSync(path)) {
        mkdirSync(cacheDir, { recursive: true });
        await runCommand("npm", ["pack", `npm@${npmVersion}`, "--pack-destination", cacheDir]);
      }
      return path;
    },
  },
};

function nodeVersion(): string {
  return JSON.parse(readFileSync(join(nodePackageDir, "package.json"), "utf8")).version;
}
