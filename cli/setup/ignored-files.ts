import { join } from "node:path";
import { readIgnoreRules } from "../../plugins/docker/formats/ignore-rules.ts";

/** The build reads these in any case. */
const READ_BY_DOCKER = ["Dockerfile", ".dockerignore"];

/** Which paths of an image's folder its `.dockerignore` leaves out of the build. */
export function ignoredFiles(dir: string): (path: string) => boolean {
  const rules = readIgnoreRules(dir, join(dir, "Dockerfile"));
  return (path) => !READ_BY_DOCKER.includes(path) && rules.ignores(path);
}
