/** `cancel`: takes away the lock of a run that is no more. */
import { rmSync } from "node:fs";
import { type Lock, listLocks } from "../lock.ts";
import { Stack } from "../stack.ts";
import { ask, consent } from "./ask.ts";
import type { Commands } from "./index.ts";

export default {
  async cancel(call) {
    const { name, backend } = new Stack(call.stack);
    const locks = listLocks(backend.locks);
    if (locks.length === 0) process.stdout.write(`Stack '${name}' is not locked\n`);
    for (const { path, owner, state } of locks) {
      const decision = decide(state, consent(call));
      if (decision === "ask" && !(await ask(`Is the run of ${owner} really over?`))) return 1;
      if (decision === "refuse") {
        const why =
          state === "running" ? "which is under way: end it with Ctrl-C, or" : "elsewhere: if it is over,";
        throw new Error(`The stack is locked by ${owner}, ${why} pass --yes to remove its lock all the same`);
      }
      if (state === "running") process.stderr.write(`warning: the run of ${owner} is still under way\n`);
      rmSync(path, { force: true });
      process.stdout.write(`Removed the lock of ${owner}\n`);
    }
    return 0;
  },
} satisfies Commands;

/** Only of runs on this machine is it known whether they are over. */
export function decide(
  state: Lock["state"],
  agreed: ReturnType<typeof consent>,
): "remove" | "refuse" | "ask" {
  if (state === "ended" || agreed === "given") return "remove";
  return state === "unknown" && agreed === "ask" ? "ask" : "refuse";
}
