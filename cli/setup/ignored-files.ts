import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

/** The build reads these in any case. */
const READ_BY_DOCKER = ["Dockerfile", ".dockerignore"];

/** Which paths of an image's folder its `.dockerignore` leaves out of the build. */
export function ignoredFiles(dir: string): (path: string) => boolean {
  const file = join(dir, ".dockerignore");
  if (!existsSync(file)) return () => false;
  const rules = dockerignore.default({ ignorecase: false }).add(readFileSync(file, "utf8"));
  return (path) => !READ_BY_DOCKER.includes(path) && rules.ignores(path);
}
