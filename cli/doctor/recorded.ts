/** What the state says about the stack. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import { plain, resourcesOfType, type StackState } from "../pulumi/state.ts";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Names or ids of the images that the stack's containers run. */
export function recordedImages(state: StackState): string[] {
  const containers = resourcesOfType(state, "docker:index/container:Container");
  return [...new Set(containers.flatMap(({ outputs }) => text(outputs?.image) ?? []))];
}

/** The password of the role that the job writes as. */
export function writerPassword(state: StackState): string | undefined {
  const roles = resourcesOfType(state, "postgresql:index/role:Role").map(({ outputs }) => outputs ?? {});
  return text(plain(roles.find(({ name }) => name === USERS.writer)?.password));
}
