/** `docker:index/volume:Volume`. */
import type { VolumeInspectInfo } from "dockerode";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import {
  docker,
  type Label,
  labelInputs,
  labelMap,
  requireOwn,
  SCHEMA_VERSION_1,
  statusOf,
  unlessMissing,
} from "./client.ts";

interface VolumeInputs {
  name: string;
  driver?: string;
  labels?: Label[];
}

type VolumeOutputs = VolumeInputs & { mountpoint: string } & typeof SCHEMA_VERSION_1;

export const volumeSpec: InputSpec<VolumeInputs> = {
  table: { name: "replace", driver: "replace", labels: "replace" },
  required: ["name"],
  implied: { driver: "local" },
  nested: { labels: ["label", "value"] },
  listsDefaults: true,
};

export const volume = bridged<VolumeInputs, VolumeOutputs>(volumeSpec, {
  create: async (news) => {
    const engine = await docker();
    const existing = await unlessMissing(engine.getVolume(news.name).inspect());
    if (existing) requireOwn("volume", news.name, existing.Labels, news.labels);
    if (!existing) {
      await engine.createVolume({
        Name: news.name,
        Driver: news.driver,
        Labels: labelMap(news.labels),
      });
    }
    const live = await engine.getVolume(news.name).inspect();
    const { Driver: driver, Mountpoint: mountpoint } = live;
    // An adopted volume keeps its labels.
    const outputs = { ...news, ...labelInputs(live.Labels), driver, mountpoint, ...SCHEMA_VERSION_1 };
    return { id: news.name, outputs };
  },

  read: async (id) => {
    const live: VolumeInspectInfo | undefined = await unlessMissing((await docker()).getVolume(id).inspect());
    if (!live) return undefined;
    const inputs: VolumeInputs = {
      name: live.Name,
      driver: live.Driver,
      ...labelInputs(live.Labels),
    };
    return { id, inputs, outputs: { ...inputs, mountpoint: live.Mountpoint, ...SCHEMA_VERSION_1 } };
  },

  update: async (_id, olds, news) => ({ outputs: { ...olds.outputs, ...news } }),

  delete: async (id) => {
    const engine = await docker();
    try {
      await unlessMissing(engine.getVolume(id).remove());
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      const users = await engine.listContainers({ all: true, filters: { volume: [id] } });
      const names = users.map(({ Names }) => Names[0]?.slice(1)).join(", ");
      throw new Error(`Volume ${id} is still used by: ${names}. Remove these containers first.`);
    }
  },
});
