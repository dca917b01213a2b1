/** A stack output that is a text. Undefined for an empty one: a paused job has an empty id. */
export function textOutput(outputs: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = outputs[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
