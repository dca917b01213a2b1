// Sees to it that one run at a time uses containers. Plain JavaScript as test/run.mjs.
import { createServer } from "node:net";

/** Nothing else of the project uses it. The operating system releases it, however the process ends. */
const LOCK = 20_000;

/**
 * Holds until the process ends: two runs would use the same ports, and one would remove the other's stacks.
 *
 * @returns rejected if another run is going on
 */
export function becomeTheOnlyRun() {
  return new Promise((resolve, reject) => {
    const lock = createServer();
    lock.on("error", (error) =>
      reject(
        new Error(
          `Port ${LOCK} cannot be opened (${error.code}): tests or the benchmark of this project are running. ` +
            "Two runs on containers would use the same ports. Wait until the other one ends.",
        ),
      ),
    );
    lock.listen(LOCK, "127.0.0.1", () => resolve(lock.unref()));
  });
}
