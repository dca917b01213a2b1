import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { LABELS, stackPrefix } from "../../facts/pipeline.ts";

/** What all components of the stack share. Names are deterministic, so that a killed `up` finds its own work. */
export interface Scope {
  /** `PROJECT-STACK`: all names in Docker begin with it. */
  prefix: string;
  labels: { label: string; value: pulumi.Input<string> }[];
  /** Seconds that a service may take until it is healthy. */
  startTimeout: number;
  builds: BuildScope;
}

/** What all image builds share. */
export interface BuildScope {
  /** Build arguments with this machine's proxies. */
  proxies: Readonly<Record<string, string>>;
  /** The images that builds begin with, where this stack builds those as well. */
  after: readonly pulumi.Resource[];
}

const projectRoot = path.resolve(__dirname, "../..");

export function stackScope(startTimeout: number, parent: pulumi.Resource): Scope {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  // In the state, so that it is the same for all checkouts that share the state. Only the first one is recorded.
  const owner = new random.RandomUuid(
    "owner",
    { keepers: { folder: fs.realpathSync(projectRoot) } },
    { parent, ignoreChanges: ["keepers"] },
  );
  return {
    prefix: stackPrefix(stack, project),
    // Sorted by name: Docker returns them in that order, and any other order would be a diff.
    labels: [
      { label: LABELS.folder, value: owner.keepers.apply((keepers) => keepers?.folder ?? "") },
      { label: LABELS.owner, value: owner.result },
      { label: LABELS.project, value: project },
      { label: LABELS.stack, value: stack },
    ],
    startTimeout,
    builds: { proxies: {}, after: [] },
  };
}
