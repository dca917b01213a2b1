import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ownNode } from "../../facts/own-node.mjs";
import { runCommand } from "./command.ts";
import { cacheDir, imagesDir, projectDir } from "./paths.ts";

/** A file that is copied into an image whose folder it is not in. */
export interface HostFile {
  /** Changes when the file changes; cheap to compute. */
  identity(): string;
  /** Its path, after obtaining it; undefined if this machine does not have it. */
  provide(): Promise<string | undefined>;
}

const goToolchain = join(imagesDir, "go-requirements.txt");
const mavenrc = join(projectDir, "host-network", "mavenrc");
const bundle = "/etc/ssl/certs/ca-certificates.crt";
const npmVersion = "11.21.2";

export const hostFiles: Readonly<Record<string, HostFile>> = {
  "ca-certificates.crt": {
    identity: () => (existsSync(bundle) ? digestOf(bundle) : "none"),
    provide: async () => (existsSync(bundle) ? bundle : undefined),
  },
  "go-requirements.txt": {
    identity: () => digestOf(goToolchain),
    provide: async () => goToolchain,
  },
  mavenrc: {
    identity: () => digestOf(mavenrc),
    provide: async () => mavenrc,
  },
  node: {
    identity: () => readFileSync(join(projectDir, ".nvmrc"), "utf8").trim(),
    provide: async () => (existsSync(ownNode) ? ownNode : undefined),
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

const digestOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
