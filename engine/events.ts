/** What happens in a run, for whoever shows it. */
import type { PathDiff } from "./property-path.ts";
import type { ResourceState } from "./state.ts";

export type Verb = "up" | "preview" | "destroy" | "refresh" | "import";

export type StepOp =
  | "same"
  | "create"
  | "update"
  | "delete"
  /** Announces the two that follow; changes nothing by itself. */
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "import"
  /** Leaves the state only: external, retained, or gone with another resource. */
  | "discard";

export interface Step {
  op: StepOp;
  urn: string;
  type: string;
  name: string;
  preview: boolean;
  /** Values keep their secrets marked: mask them before they are shown. */
  old?: ResourceState;
  new?: ResourceState;
  diff?: PathDiff;
}

export type Severity = "debug" | "info" | "warning" | "error";

export type ChangeCounts = Record<"create" | "update" | "replace" | "delete" | "same", number>;

export interface Failure {
  /** Absent where the failure is the program's own. */
  urn?: string;
  message: string;
}

export interface Summary {
  changes: ChangeCounts;
  durationMs: number;
  /** The stack's outputs, secrets as `[secret]`. */
  outputs: Record<string, unknown>;
  failures: Failure[];
}

export type EngineEvent =
  /** `config`: by full key, secrets as `[secret]`. */
  | {
      kind: "begin";
      verb: Verb;
      project: string;
      stack: string;
      preview: boolean;
      config: Record<string, string>;
    }
  | { kind: "step-started"; step: Step }
  | { kind: "step-done"; step: Step; elapsedMs: number }
  | { kind: "step-failed"; step: Step; elapsedMs: number; message: string }
  /** Not begun, after a failure. */
  | { kind: "skipped"; urn: string }
  /** `ephemeral`: what is happening right now, to be replaced by the next such line. */
  | { kind: "log"; severity: Severity; message: string; urn?: string; ephemeral: boolean }
  | { kind: "program-output"; stream: "stdout" | "stderr"; text: string }
  /** Values with their secrets marked. */
  | { kind: "outputs"; old: Record<string, unknown>; new: Record<string, unknown>; preview: boolean }
  | { kind: "end"; verb: Verb; stack: string; preview: boolean; summary: Summary };

export interface EventSink {
  emit(event: EngineEvent): void;
}
