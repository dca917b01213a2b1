/** Each key that replaces a container with data, changed in a configuration like that of dev. */
import { stackPorts } from "../../live/support/ports.ts";
import { changeKeys, oneByOne, SMALL } from "./change-keys.ts";

changeKeys(
  "live-config-keys",
  { ...SMALL, partitions: 2, ...stackPorts() },
  oneByOne({
    ...stackPorts(1),
    ...{ taskManagerMemory: 1408, onDestroy: "retain", highAvailability: "zookeeper" },
  }),
  { checks: "each update", edits: false },
);
