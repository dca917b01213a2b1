/** The words for what happens, and their colours, as Pulumi's users know them. */
import { styleText } from "node:util";
import type { EngineEvent, Step, StepOp, Verb } from "../events.ts";
import type { PathDiff } from "../property-path.ts";
import { clean } from "./width.ts";

const words: Record<StepOp, readonly [mark: string, plan: string, doing: string, done: string]> = {
  same: ["  ", "", "", ""],
  create: ["+ ", "create", "creating", "created"],
  update: ["~ ", "update", "updating", "updated"],
  delete: ["- ", "delete", "deleting", "deleted"],
  replace: ["+-", "replace", "replacing", "replaced"],
  "create-replacement": ["++", "create replacement", "creating replacement", "created replacement"],
  "delete-replaced": ["--", "delete original", "deleting original", "deleted original"],
  read: ["> ", "read", "reading", "read"],
  refresh: ["~ ", "refresh", "refreshing", "refreshed"],
  import: ["= ", "import", "importing", "imported"],
  discard: ["- ", "discard", "discarding", "discarded"],
};

const titles: Record<Verb, readonly [doing: string, plan: string]> = {
  up: ["Updating", "update"],
  preview: ["", "update"],
  destroy: ["Destroying", "destroy"],
  refresh: ["Refreshing", "refresh"],
  import: ["Importing", "import"],
};

export function title({ verb, stack, preview }: EngineEvent & { kind: "begin" | "end" }): string {
  return `${preview ? `Previewing ${titles[verb][1]}` : titles[verb][0]} (${stack}):`;
}

export function markOf(step: Step | undefined): string {
  return words[step?.op ?? "same"][0];
}

/** `docker:index:Container` for `docker:index/container:Container`. */
export function shortType(type: string): string {
  return type.replace(/^([^:]+:[^:/]+)\/[^:]*:/, "$1:");
}

export type Phase = "doing" | "done" | "failed";

/** `creating (3s)`, `updated (0.5s) [diff: ~sql]`. Times too short to matter are left out. */
export function statusOf({ op, preview, diff }: Step, phase: Phase, elapsedMs: number): string {
  const [, plan, doing, done] = words[op];
  const what = phase === "failed" ? `**${doing} failed**` : preview ? plan : phase === "done" ? done : doing;
  const time = preview || elapsedMs < 100 ? "" : ` (${seconds(elapsedMs)})`;
  return `${what}${time}${diff?.size && phase !== "doing" ? ` [diff: ${changedKeys(diff)}]` : ""}`;
}

export function stepLine(step: Step, phase: Phase, elapsedMs: number): string {
  return clean(` ${markOf(step)} ${shortType(step.type)} ${step.name} ${statusOf(step, phase, elapsedMs)}`);
}

/** `+labels~name,sql`: top-level properties, each once. */
function changedKeys(diff: PathDiff): string {
  const marks = { add: "+", delete: "-", update: "~" } as const;
  const keys = { add: new Set<string>(), delete: new Set<string>(), update: new Set<string>() };
  for (const [path, { kind }] of diff) {
    const key = topKey(path);
    if (!key.startsWith("__")) keys[key === path ? kind : "update"].add(key);
  }
  const listed = (kind: keyof typeof keys) => keys[kind].size > 0 && marks[kind] + [...keys[kind]].join(",");
  return [listed("add"), listed("delete"), listed("update")].filter(Boolean).join("");
}

/** Of a property path, however odd: providers make them up. */
export function topKey(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

/** `Resources: + 3 created, ~ 1 updated, 21 unchanged. Duration: 12s`. */
export function closing({ summary, preview }: EngineEvent & { kind: "end" }, skipped: number): string {
  const { changes, failures, durationMs } = summary;
  const counts = (["create", "update", "replace", "delete"] as const)
    .filter((kind) => changes[kind] > 0)
    .map((kind) => {
      const [mark, plan, , done] = words[kind];
      return `${mark.trim()} ${changes[kind]} ${preview ? `to ${plan}` : done}`;
    });
  if (failures.length > 0) counts.push(`${failures.length} failed`);
  if (skipped > 0) counts.push(`${skipped} not tried`);
  if (changes.same > 0 || counts.length === 0) counts.push(`${changes.same} unchanged`);
  return `Resources: ${counts.join(", ")}. Duration: ${seconds(durationMs)}`;
}

/** To a tenth below ten seconds. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 9_950) return `${Number((milliseconds / 1000).toFixed(1))}s`;
  const whole = Math.round(milliseconds / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}

/** Full seconds only, for what is still going on. */
export function soFar(milliseconds: number): string {
  return seconds(Math.floor(milliseconds / 1000) * 1000);
}

const colours: Record<string, Parameters<typeof styleText>[0]> = {
  ...{ "+": "green", "++": "green", "=": "green", "~": "yellow", "-": "red", "--": "red" },
  ...{ "+-": "magenta", ">": "cyan", error: "red", bold: "bold", dim: "dim" },
};

/** Colours a text by its mark, if at all. */
export type Paint = (mark: string, text: string) => string;

/** Colours where the stream is a terminal; NO_COLOR and FORCE_COLOR decide otherwise. */
export function painter(stream: NodeJS.WritableStream): Paint {
  return (mark, text) => {
    const colour = colours[mark.trim()];
    return colour && text ? styleText(colour, text, { stream }) : text;
  };
}
