/** What `commerce` and the embedded engine call `state list` and `state rm`, as the Pulumi CLI has it. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  list: ["stack", "--show-urns", "--show-ids"],
  ls: ["stack", "--show-urns", "--show-ids"],
  rm: ["state", "delete"],
};

/** The arguments for the Pulumi CLI, which wants flags in front of `--`. */
export function pulumiArguments(words: readonly string[], flags: readonly string[]): string[] {
  const [verb, what = "", ...rest] = words;
  const own = verb === "state" ? renamed[what] : undefined;
  const all = own === undefined ? [...words] : [...own, ...rest];
  const end = all.indexOf("--");
  return end < 0 ? [...all, ...flags] : [...all.slice(0, end), ...flags, ...all.slice(end)];
}

/** The resource that `state show URN` asks for, which the CLI has no command for; undefined for other words. */
export function shownUrn([verb, what, ...rest]: readonly string[]): string | undefined {
  return verb === "state" && what === "show" ? rest.find((word) => !word.startsWith("-")) : undefined;
}
