import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type engine from "@pulumi/pulumi/proto/engine_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import rpcStatus from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fromStruct, secret, toStruct } from "../../../../plugins/sdk/values.ts";
import { type Plugin, startPlugin } from "./plugin-process.ts";

const { EngineService } = createRequire(import.meta.url)("@pulumi/pulumi/proto/engine_grpc_pb.js");
const PROBE = fileURLToPath(new URL("probe-provider.ts", import.meta.url));
const URN = "urn:pulumi:dev::project::parent:T$probe:index:Probe::name";
const PREVIEWED = URN.replace("Probe::", "Previewed::");

let probe: Plugin;
let engineAddress: string;
const lines: engine.LogRequest.AsObject[] = [];
const engineServer = new Server();

beforeAll(async () => {
  engineServer.addService(EngineService, {
    log: (call: { request: engine.LogRequest }, reply: (error: null, response: unknown) => void) => {
      lines.push(call.request.toObject());
      reply(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    engineServer.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  // The address given at the start is wrong; `attach` below gives the right one.
  probe = await startPlugin([process.execPath, PROBE]);
  engineAddress = `127.0.0.1:${port}`;
  await probe.call("attach", new plugin.PluginAttach().setAddress(engineAddress));
});

afterAll(async () => {
  await probe.stop();
  engineServer.forceShutdown();
});

describe("the plugin server", () => {
  it("reports its version and asks for plain values", async () => {
    const info = await probe.call("getPluginInfo", new empty.Empty());
    expect(info.getVersion()).toBe("1.2.3");
    const configure = new rpc.ConfigureRequest().setArgs(toStruct({ password: secret("p"), port: "5432" }));
    const configured: rpc.ConfigureResponse = await probe.call("configure", configure);
    expect(configured.toObject()).toMatchObject({
      acceptsecrets: false,
      acceptoutputs: false,
      supportspreview: true,
    });
    const schema = await probe.call("getSchema", new rpc.GetSchemaRequest());
    expect(Object.keys(JSON.parse(schema.getSchema()).resources)).toEqual([
      "probe:index:Probe",
      "probe:index:Previewed",
    ]);
    const created = await probe.call("create", new rpc.CreateRequest().setUrn(URN));
    expect(fromStruct(created.getProperties())).toEqual({
      settings: { password: "p", port: "5432" },
    });
  });

  it("reports changed settings, and uses those of the last Configure", async () => {
    const request = new rpc.DiffRequest()
      .setOldInputs(toStruct({ port: "5432", password: "p", version: "1.2.3" }))
      .setOlds(toStruct({ port: "0" }))
      .setNews(toStruct({ port: "5433", password: secret("p"), version: "1.2.4" }));
    const diff: rpc.DiffResponse = await probe.call("diffConfig", request);
    expect(diff.toObject()).toMatchObject({
      changes: rpc.DiffResponse.DiffChanges.DIFF_SOME,
      diffsList: ["port"],
      replacesList: [],
      deletebeforereplace: false,
    });
    const same: rpc.DiffResponse = await probe.call("diffConfig", request.setNews(request.getOldInputs()));
    expect(same.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_NONE);

    for (const port of ["5432", "5433"])
      await probe.call("configure", new rpc.ConfigureRequest().setArgs(toStruct({ port })));
    const created = await probe.call("create", new rpc.CreateRequest().setUrn(URN));
    expect(fromStruct(created.getProperties())).toMatchObject({ settings: { port: "5433" } });
  });

  it("answers a handshake, and UNIMPLEMENTED for methods that it does not have", async () => {
    const handshake: rpc.ProviderHandshakeResponse = await probe.call(
      "handshake",
      new rpc.ProviderHandshakeRequest().setEngineAddress(engineAddress).setConfigureWithUrn(true),
    );
    expect(handshake.toObject()).toMatchObject({ acceptSecrets: false, acceptOutputs: false });
    const missing = [
      probe.call("parameterize", new rpc.ParameterizeRequest()),
      probe.call("getMapping", new rpc.GetMappingRequest()),
      probe.call("getMappings", new rpc.GetMappingsRequest()),
      probe.call("construct", new rpc.ConstructRequest()),
      probe.call("call", new rpc.CallRequest()),
    ];
    for (const answer of missing) await expect(answer).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it("checks with and without old inputs", async () => {
    const request = new rpc.CheckRequest().setUrn(URN).setNews(toStruct({ fail: "no good" }));
    const first: rpc.CheckResponse = await probe.call("check", request);
    expect(fromStruct(first.getInputs())).toEqual({ fail: "no good", name: "default-none" });
    expect(first.getFailuresList().map((f) => f.toObject())).toEqual([
      { property: "fail", reason: "no good" },
    ]);
    // The engine's way to say that there is no resource yet.
    const absent = await probe.call("check", request.setOlds(toStruct({})));
    expect(fromStruct(absent.getInputs())).toMatchObject({ name: "default-none" });
    const second = await probe.call("check", request.setOlds(toStruct({ name: "old" })));
    expect(fromStruct(second.getInputs())).toMatchObject({ name: "default-old" });
  });

  it("diffs against the old inputs, not the outputs, and reports what is replaced", async () => {
    const request = new rpc.DiffRequest()
      .setUrn(URN)
      .setOlds(toStruct({ name: "output" }))
      .setOldInputs(toStruct({ name: "old" }))
      .setNews(toStruct({ name: "new" }));
    const diff: rpc.DiffResponse = await probe.call("diff", request);
    expect(diff.toObject()).toMatchObject({
      changes: rpc.DiffResponse.DiffChanges.DIFF_SOME,
      replacesList: ["name"],
      deletebeforereplace: true,
      hasdetaileddiff: true,
      diffsList: ["name", "was-old-is-new"],
    });
    expect(diff.getDetaileddiffMap().get("name.first")?.getKind()).toBe(rpc.PropertyDiff.Kind.UPDATE_REPLACE);
  });

  it("answers previews from the inputs, unless the handler supports previews", async () => {
    const request = new rpc.CreateRequest()
      .setUrn(URN)
      .setPreview(true)
      .setProperties(toStruct({ fail: "real run" }));
    const preview = await probe.call("create", request);
    expect(fromStruct(preview.getProperties())).toEqual({ fail: "real run" });
    const own = await probe.call("create", request.setUrn(PREVIEWED));
    expect(fromStruct(own.getProperties())).toEqual({ preview: true });
  });

  it("reads for an import, with state, and when the resource no longer exists", async () => {
    const request = new rpc.ReadRequest().setUrn(URN).setId("x");
    expect(fromStruct((await probe.call("read", request)).getProperties())).toEqual({ state: {} });
    request.setInputs(toStruct({ name: "n" })).setProperties(toStruct({ out: 1 }));
    expect(fromStruct((await probe.call("read", request)).getProperties())).toEqual({
      state: { inputs: { name: "n" }, outputs: { out: 1 } },
    });
    const gone: rpc.ReadResponse = await probe.call("read", request.setId("gone"));
    expect([gone.getId(), gone.hasProperties()]).toEqual(["", false]);
  });

  it("passes the old state to update and delete", async () => {
    const update = new rpc.UpdateRequest()
      .setUrn(URN)
      .setId("u")
      .setOlds(toStruct({ out: 1 }))
      .setOldInputs(toStruct({ name: "old" }))
      .setNews(toStruct({ name: "new" }));
    expect(fromStruct((await probe.call("update", update)).getProperties())).toEqual({
      id: "u",
      olds: { inputs: { name: "old" }, outputs: { out: 1 } },
      news: { name: "new" },
    });
    const remove = new rpc.DeleteRequest()
      .setUrn(URN)
      .setId("d")
      .setProperties(toStruct({ name: "o" }));
    // Without old inputs (an older engine) the outputs are used.
    await expect(probe.call("delete", remove)).rejects.toThrow(
      'asked to delete d {"inputs":{"name":"o"},"outputs":{"name":"o"}}',
    );
  });

  it("passes on an error's message, and names an unknown type", async () => {
    const request = new rpc.CreateRequest().setUrn(URN).setProperties(toStruct({ fail: "disk full" }));
    await expect(probe.call("create", request)).rejects.toMatchObject({ details: "disk full" });
    await expect(probe.call("create", request.setUrn(URN.replace("Probe::", "Other::")))).rejects.toThrow(
      'probe:index:Other: this build of the "probe" provider does not have this type',
    );
  });

  it("tells the engine what to record of a resource that exists but is not ready", async () => {
    const inputs = { late: "not healthy" };
    const request = new rpc.CreateRequest().setUrn(URN).setProperties(toStruct(inputs));
    const error = await probe.call("create", request).catch((thrown) => thrown);
    expect(error.details).toBe("not healthy");
    const [binary] = error.metadata.get("grpc-status-details-bin");
    const [detail] = rpcStatus.Status.deserializeBinary(new Uint8Array(binary)).getDetailsList();
    expect(detail?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    const recorded = rpc.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? binary);
    expect([recorded.getId(), recorded.getReasonsList()]).toEqual(["id-1", ["not healthy"]]);
    expect(fromStruct(recorded.getInputs())).toEqual(inputs);
    expect(fromStruct(recorded.getProperties())).toEqual({ seen: "late" });
  });

  it("refuses functions by name", async () => {
    const request = new rpc.InvokeRequest().setTok("probe:index:getProbe");
    await expect(probe.call("invoke", request)).rejects.toThrow("probe:index:getProbe: this build");
  });

  it("logs to the engine, attributed to the resource", async () => {
    // A name of its own, as lines of earlier operations may still arrive.
    const urn = `${URN}-that-logs`;
    await probe.call("create", new rpc.CreateRequest().setUrn(urn));
    const ownLines = () => lines.filter((line) => line.urn === urn);
    await vi.waitFor(() => expect(ownLines()).toHaveLength(2));
    expect(ownLines()).toEqual([
      expect.objectContaining({ severity: 2, message: "about to create", ephemeral: false }),
      expect.objectContaining({ severity: 1, message: "creating", ephemeral: true }),
    ]);
  });

  it("ends an operation after the time of the resource's customTimeouts", async () => {
    const request = new rpc.CreateRequest().setUrn(URN).setProperties(toStruct({ hang: true }));
    await expect(probe.call("create", request.setTimeout(0.05))).rejects.toThrow(
      "Not done within the 0.05 s that the resource's customTimeouts allow",
    );
  });

  it("aborts running operations on Cancel, and exits on SIGTERM", async () => {
    const other = await startPlugin([process.execPath, PROBE]);
    try {
      const request = new rpc.CreateRequest().setUrn(URN).setProperties(toStruct({ hang: true }));
      const created = other.call("create", request);
      const failed = expect(created).rejects.toThrow("aborted");
      await other.call("cancel", new empty.Empty());
      await failed;
      other.process.kill("SIGTERM");
      const [code] = await once(other.process, "exit");
      expect(code).toBe(0);
    } finally {
      await other.stop();
    }
  });
});
