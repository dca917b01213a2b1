/** The words for what happens, as Pulumi's users know them. */
import type { ChangeCounts, Step, StepOp, Summary, Verb } from "../events.ts";
import type { PathDiff } from "../property-path.ts";
import { parsePath } from "../property-path.ts";

interface Words {
  mark: string;
  plan: string;
  doing: string;
  done: string;
}

const words: Record<StepOp, Words> = {
  same: { mark: "  ", plan: "", doing: "", done: "" },
  create: { mark: "+ ", plan: "create", doing: "creating", done: "created" },
  update: { mark: "~ ", plan: "update", doing: "updating", done: "updated" },
  delete: { mark: "- ", plan: "delete", doing: "deleting", done: "deleted" },
  replace: { mark: "+-", plan: "replace", doing: "replacing", done: "replaced" },
  "create-replacement": {
    mark: "++",
    plan: "create replacement",
    doing: "creating replacement",
    done: "created replacement",
  },
  "delete-replaced": {
    mark: "--",
    plan: "delete original",
    doing: "deleting original",
    done: "deleted original",
  },
  read: { mark: "> ", plan: "read", doing: "reading", done: "read" },
  refresh: { mark: "~ ", plan: "refresh", doing: "refreshing", done: "refreshed" },
  import: { mark: "= ", plan: "import", doing: "importing", done: "imported" },
  discard: { mark: "- ", plan: "discard", doing: "discarding", done: "discarded" },
};

export const titles: Record<Verb, string> = {
  up: "Updating",
  preview: "Previewing update",
  destroy: "Destroying",
  refresh: "Refreshing",
  import: "Importing",
};

/** ` +  TYPE NAME creating (0s) [diff: ~sql]`. */
export function stepLine(step: Step, phase: "doing" | "done" | "failed", elapsedMs?: number): string {
  const { mark, plan, doing, done } = words[step.op];
  const what =
    phase === "failed" ? `**${doing} failed**` : step.preview ? plan : phase === "done" ? done : doing;
  const time = step.preview || elapsedMs === undefined ? "" : ` (${seconds(elapsedMs)})`;
  const changed = step.diff?.size ? ` [diff: ${changedKeys(step.diff)}]` : "";
  return ` ${mark} ${step.type} ${step.name} ${what}${time}${changed}`;
}

/** `+labels~name,sql`: top-level properties, each once. */
function changedKeys(diff: PathDiff): string {
  const groups = { add: new Set<string>(), delete: new Set<string>(), update: new Set<string>() };
  for (const [path, { kind }] of diff) {
    const [key = path, ...rest] = parsePath(path);
    if (!key.startsWith("__")) groups[rest.length > 0 ? "update" : kind].add(key);
  }
  const marks = { add: "+", delete: "-", update: "~" } as const;
  return (["add", "delete", "update"] as const)
    .filter((kind) => groups[kind].size > 0)
    .map((kind) => marks[kind] + [...groups[kind]].join(","))
    .join("");
}

export function resourceCounts(changes: ChangeCounts, isPreview: boolean): string[] {
  const names = [
    ["create", "+ ", "created"],
    ["update", "~ ", "updated"],
    ["replace", "+-", "replaced"],
    ["delete", "- ", "deleted"],
  ] as const;
  const changed = names.filter(([kind]) => changes[kind] > 0);
  const total = changed.reduce((sum, [kind]) => sum + changes[kind], 0);
  const same = changes.same > 0 ? `${changes.same} unchanged` : "";
  const lines = changed.map(
    ([kind, mark, done]) => `${mark}${changes[kind]} ${isPreview ? `to ${kind}` : done}`,
  );
  const last = changed.length > 1 ? [`${total} changes${same ? `. ${same}` : ""}`] : same ? [same] : [];
  return ["Resources:", ...[...lines, ...last].map((line) => `    ${line}`)];
}

export function closing(verb: Verb, stack: string, summary: Summary): string[] {
  const { failures, durationMs } = summary;
  const lines = ["", `Duration: ${seconds(durationMs)}`];
  if (failures.length > 0) lines.push("", `${failures.length} failed: the stack is not as declared.`);
  else if (verb === "destroy")
    lines.push("", `Everything in stack '${stack}' has been deleted; its configuration stays.`);
  return lines;
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 10_000) return `${Number((milliseconds / 1000).toFixed(2))}s`;
  const whole = Math.round(milliseconds / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}
