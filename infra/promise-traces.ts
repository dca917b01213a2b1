/**
 * Leaves out the stack traces that Pulumi's SDK keeps of every promise, for a report that only PULUMI_DEBUG_PROMISE_LEAKS
 * asks for. The program runs through ts-node, and mapping them to the sources took a quarter of its time.
 */
export function skipPromiseTraces(): void {
  const format = Error.prepareStackTrace;
  if (format === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  Error.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? String(error) : format(error, frames);
}
