import * as pulumi from "@pulumi/pulumi";

/** What every component needs to name and mark its children: deterministic, so that a killed `up` finds its own work. */
export interface Scope {
  /** `PROJECT-STACK`, the prefix of everything in Docker. */
  prefix: string;
  labels: { label: string; value: string }[];
}

export function stackScope(): Scope {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  return {
    prefix: `${project}-${stack}`,
    // In the order of their names: Docker hands them back sorted, and another order would be a diff.
    labels: [
      { label: "com.commerce-pipeline.project", value: project },
      { label: "com.commerce-pipeline.stack", value: stack },
    ],
  };
}
