/** Keys that replace a container with data, and changed files, in a configuration like that of demo. */
import { stackPorts } from "../../live/support/ports.ts";
import { changeKeys, SMALL } from "./change-keys.ts";

changeKeys(
  "live-config-keys-demo",
  {
    ...{ ...SMALL, partitions: 4, parallelism: 2, taskManagerMemory: 2048 },
    ...{ onDestroy: "retain", highAvailability: "zookeeper", ...stackPorts() },
  },
  [stackPorts(1), { taskManagerMemory: 1792 }, { onDestroy: "purge" }, { highAvailability: "none" }],
  { checks: "the last update", edits: true },
);
