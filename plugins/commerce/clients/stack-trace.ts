/** Java stack traces, reduced to what their exceptions say. */

/** Frames, what frames were left out, and the gateway's brackets around a trace of its server. */
const NOISE =
  /^\s+at |^\s*\.{3} \d+ (?:more|common frames omitted)|^<Exception on server side:|^End of exception/;
const CLASS_NAME = /^(?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?:: |$)/;

/** The messages of an exception and its causes, the outermost first, without class names and frames. */
export function messagesOf(trace: string): string[] {
  return trace
    .split("\n")
    .filter((line) => !NOISE.test(line))
    .join("\n")
    .split(/^\s*Caused by: /m)
    .map((cause) => withoutClassNames(cause.trim()))
    .filter((message) => message !== "");
}

/** The innermost message on one line, at most `limit` characters of it. */
export function rootMessage(trace: string, limit = 600): string {
  return oneLine(messagesOf(trace).at(-1) ?? trace, limit);
}

export function oneLine(text: string, limit = 600): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** An exception wrapped in another repeats the class names; one without a message has only that name. */
function withoutClassNames(message: string): string {
  const stripped = message.replace(CLASS_NAME, "");
  if (stripped === "") return message;
  return stripped === message ? message : withoutClassNames(stripped);
}
