/** `docker:index/network:Network`. */
import type { NetworkInspectInfo } from "dockerode";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import {
  docker,
  type Label,
  labelInputs,
  labelMap,
  refuseForeign,
  requireOwn,
  SCHEMA_VERSION_1,
  statusOf,
  unlessMissing,
} from "./client.ts";

interface NetworkInputs {
  name: string;
  driver?: string;
  internal?: boolean;
  labels?: Label[];
}

type NetworkOutputs = NetworkInputs & { scope: string } & typeof SCHEMA_VERSION_1;

export const networkSpec: InputSpec<NetworkInputs> = {
  table: {
    name: "replace",
    driver: "replace",
    internal: "replace",
    labels: "replace",
  },
  required: ["name"],
  fixed: { ipamDriver: "default" },
  implied: { driver: "bridge", internal: false },
  nested: { labels: ["label", "value"] },
  listsDefaults: true,
};

export const network = bridged<NetworkInputs, NetworkOutputs>(networkSpec, {
  create: async (news) => {
    const engine = await docker();
    // By list: `inspect` also accepts the prefix of an id, and the engine allows several networks of one name.
    const named = await engine.listNetworks({ filters: { name: [news.name] } });
    const existing = named.find(({ Name }) => Name === news.name);
    if (existing) {
      requireOwn("network", news.name, existing.Labels, news.labels);
      refuseForeign("network", news.name, existing.Labels, news.labels);
    }
    const { id } =
      existing === undefined
        ? await engine.createNetwork({
            Name: news.name,
            Driver: news.driver,
            Internal: news.internal,
            Labels: labelMap(news.labels),
          })
        : { id: existing.Id };
    const live: NetworkInspectInfo = await engine.getNetwork(id).inspect();
    // An adopted network keeps its labels.
    const observed = { ...labelInputs(live.Labels), driver: live.Driver, scope: live.Scope };
    return { id, outputs: { ...networkSpec.fixed, ...news, ...observed, ...SCHEMA_VERSION_1 } };
  },

  read: async (id) => {
    const live: NetworkInspectInfo | undefined = await unlessMissing(
      (await docker()).getNetwork(id).inspect(),
    );
    if (!live) return undefined;
    const inputs: NetworkInputs = {
      name: live.Name,
      driver: live.Driver,
      ...(live.Internal && { internal: true }),
      ...labelInputs(live.Labels),
    };
    const outputs = { ...networkSpec.fixed, ...inputs, scope: live.Scope, ...SCHEMA_VERSION_1 };
    return { id: live.Id, inputs, outputs };
  },

  update: async (_id, olds, news) => ({ outputs: { ...olds.outputs, ...news } }),

  delete: async (id) => {
    const live = (await docker()).getNetwork(id);
    try {
      await unlessMissing(live.remove());
    } catch (error) {
      if (statusOf(error) !== 403) throw error;
      const info: NetworkInspectInfo | undefined = await unlessMissing(live.inspect());
      const users = Object.values(info?.Containers ?? {}).map(({ Name }) => Name);
      throw new Error(
        `Network ${info?.Name} is still used by: ${users.join(", ")}. Remove these containers first.`,
      );
    }
  },
});
