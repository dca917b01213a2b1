import * as pulumi from "@pulumi/pulumi";
import { LABELS, stackPrefix } from "../../facts/pipeline.ts";

/** How a component names and labels its children. Names are deterministic, so that a killed `up` finds its own work. */
export interface Scope {
  /** `PROJECT-STACK`: all names in Docker begin with it. */
  prefix: string;
  labels: { label: string; value: string }[];
}

export function stackScope(): Scope {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  return {
    prefix: stackPrefix(stack, project),
    // Sorted by name: Docker returns them in that order, and any other order would be a diff.
    labels: [
      { label: LABELS.project, value: project },
      { label: LABELS.stack, value: stack },
    ],
  };
}
