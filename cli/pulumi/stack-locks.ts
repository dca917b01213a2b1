import type { Context } from "../context.ts";
import { backendOf, stackFiles } from "./backend.ts";
import { type Lock, listLocks } from "./locks.ts";

/** The locks on the stack; none where only the CLI can see them. */
export function stackLocks({ options, project }: Context): Lock[] {
  const { folder } = backendOf(project, process.env, options.backend);
  return folder === undefined ? [] : listLocks(stackFiles(folder, project.name, project.stack).locks);
}
