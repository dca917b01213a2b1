import { createRequire } from "node:module";
import { afterEach, expect, it } from "vitest";
import { skipPromiseTraces } from "../../infra/promise-traces.ts";

/** Not in the SDK's types. */
const { debuggablePromise }: { debuggablePromise(promise: Promise<unknown>, context: string): unknown } =
  createRequire(import.meta.url)("@pulumi/pulumi/runtime/debuggable.js");
const before = Error.prepareStackTrace;
afterEach(() => {
  Error.prepareStackTrace = before;
});

it("formats the traces of errors, but not those that the SDK keeps of its promises", async () => {
  Error.prepareStackTrace = (error) => `the trace of ${error.message}`;
  const traceOf = (promise: object) => (promise as { _debugStackTrace?: string })._debugStackTrace;
  const kept = Promise.resolve();
  await debuggablePromise(kept, "kept");
  expect(traceOf(kept)).toBe("the trace of ");

  skipPromiseTraces();
  const skipped = Promise.resolve();
  await debuggablePromise(skipped, "skipped");
  expect(traceOf(skipped)).toBe("Error");
  expect(new Error("a mistake").stack).toBe("the trace of a mistake");
});
