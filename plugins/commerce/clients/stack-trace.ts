/** Extracts messages from Java stack traces. */

/** Stack frames, notes on omitted frames, and the lines that the gateway puts around a trace of its server. */
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

/** The innermost message on one line, cut to `limit` characters. */
export function rootMessage(trace: string, limit = 600): string {
  return oneLine(messagesOf(trace).at(-1) ?? trace, limit);
}

export function oneLine(text: string, limit = 600): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** A wrapped exception repeats class names. An exception without a message has only its class name, which is kept. */
function withoutClassNames(message: string): string {
  const stripped = message.replace(CLASS_NAME, "");
  if (stripped === "") return message;
  return stripped === message ? message : withoutClassNames(stripped);
}
