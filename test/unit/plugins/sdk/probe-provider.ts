/** A provider for the tests of the plugin server. Its handlers return what they were given. */
import { NotReady, type ResourceHandler } from "../../../../plugins/sdk/provider.ts";
import { serve } from "../../../../plugins/sdk/server.ts";
import { waitFor } from "../../../../plugins/sdk/wait.ts";

interface Probe {
  name?: string;
  fail?: string;
  late?: string;
  hang?: boolean;
}

const probe: ResourceHandler<Probe, Record<string, unknown>> = {
  check: (news, olds) => ({
    inputs: { ...news, name: news.name ?? `default-${olds === undefined ? "none" : olds.name}` },
    failures: news.fail ? [{ property: "fail", reason: news.fail }] : [],
  }),
  diff: (_id, olds, news) => ({
    changes: true,
    replaces: ["name"],
    deleteBeforeReplace: true,
    detailed: { "name.first": "update-replace", [`was-${olds.inputs.name}-is-${news.name}`]: "add" },
  }),
  create: async (news, context) => {
    context.log("warning", "about to create");
    context.status("creating");
    if (news.fail) throw new Error(news.fail);
    if (news.late) throw new NotReady(news.late, "id-1", { inputs: news, outputs: { seen: "late" } });
    if (news.hang)
      await waitFor({ what: "it", timeoutSeconds: 60, signal: context.signal, probe: async () => undefined });
    return { id: "id-1", outputs: { ...news, settings } };
  },
  read: async (id, state) => (id === "gone" ? undefined : { id, inputs: {}, outputs: { state } }),
  update: async (id, olds, news) => ({ outputs: { id, olds, news } }),
  delete: async (id, olds) => {
    throw new Error(`asked to delete ${id} ${JSON.stringify(olds)}`);
  },
};

let settings: unknown;
await serve({
  name: "probe",
  version: "1.2.3",
  configure: (news) => {
    settings = news;
  },
  resources: {
    "probe:index:Probe": probe,
    "probe:index:Previewed": {
      ...probe,
      supportsPreview: true,
      create: async (_news, { preview }) => ({ id: "", outputs: { preview } }),
    },
  },
});
