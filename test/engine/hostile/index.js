/**
 * A provider that answers as its resources tell it to. A property named after a method (`create`, `diff`, ...) holds
 * the fields of the answer (`<unknown>` and `{ "<secret>": value }` stand for such values), or what to do instead: `die`, `hang`, `garbage`, `mute` (an error without a message),
 * `until-cancelled`. Without one it behaves. $HOSTILE does the same for all methods: `stubborn` ignores SIGTERM,
 * `family` leaves processes behind.
 */
const { spawn } = require("node:child_process");
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
const grpc = require("@grpc/grpc-js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const pb = require("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");

const MARK = "4dabf18193072939515e22adb298388d";
const marked = (_key, value) => {
  if (value === "<unknown>") return "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  if (!value || value["<secret>"] === undefined) return value;
  return { [MARK]: "1b47061264138c4ac30d75fd1eb44270", value: value["<secret>"] };
};
const struct = (value) => value && Struct.fromJavaScript(value);
const odd = (value) => value && struct(JSON.parse(JSON.stringify(value, marked)));
const cancelled = [];

/** What each method answers when it behaves. */
const behaved = {
  checkConfig: (request) => ({ inputs: request.getNews()?.toJavaScript() }),
  diffConfig: () => ({}),
  configure: () => ({}),
  check: (request) => ({ inputs: request.getNews()?.toJavaScript() }),
  diff: (request) => ({ changes: String(request.getNews()) === String(request.getOldInputs()) ? 1 : 2 }),
  create: (request) => ({ id: request.getName(), properties: request.getProperties()?.toJavaScript() }),
  update: (request) => ({ properties: request.getNews()?.toJavaScript() }),
  read: (request) => ({ id: request.getId(), properties: request.getProperties()?.toJavaScript() }),
  delete: () => ({}),
};

const encode = {
  checkConfig: ({ inputs }) => new pb.CheckResponse().setInputs(struct(inputs)),
  diffConfig: () => new pb.DiffResponse(),
  configure: () => new pb.ConfigureResponse().setSupportspreview(true),
  check: ({ inputs }) => new pb.CheckResponse().setInputs(struct(inputs)),
  diff: ({ changes = 2, replaces = [], diffs = [], detailed = {}, deleteFirst = false }) => {
    const response = new pb.DiffResponse().setChanges(changes).setReplacesList(replaces).setDiffsList(diffs);
    response.setHasdetaileddiff(Object.keys(detailed).length > 0).setDeletebeforereplace(deleteFirst);
    for (const [path, kind] of Object.entries(detailed)) {
      response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kind));
    }
    return response;
  },
  create: ({ id = "", properties }) => new pb.CreateResponse().setId(id).setProperties(odd(properties)),
  update: ({ properties }) => new pb.UpdateResponse().setProperties(odd(properties)),
  read: ({ id = "", properties }) => new pb.ReadResponse().setId(id).setProperties(odd(properties)),
  delete: () => new Empty(),
};

/** What the resource, or the provider, asks for. */
function orders(method, request) {
  const sources = [request.getNews?.(), request.getArgs?.(), request.getProperties?.()].filter(Boolean);
  return sources.map((source) => source.toJavaScript()[method]).find((order) => order !== undefined);
}

const methods = Object.fromEntries(
  Object.keys(behaved).map((method) => [
    method,
    ({ request }, reply) => {
      const order = orders(method, request) ?? behaved[method](request);
      appendFileSync(join(process.env.KFC_DIR, "log"), `${method} ${request.getName?.() ?? ""}\n`);
      if (order === "die") {
        console.error("the disk is on fire");
        process.exit(3);
      } else if (order === "mute") reply({ code: grpc.status.UNKNOWN, details: "" });
      else if (order === "garbage") reply(null, Buffer.from("no protobuf at all"));
      else if (order === "until-cancelled")
        cancelled.push(() => reply({ code: 2, details: "was cancelled" }));
      else if (order !== "hang") reply(null, encode[method](order));
    },
  ]),
);

const server = new grpc.Server();
const service = Object.fromEntries(
  Object.entries(ResourceProviderService).map(([name, definition]) => [
    name,
    {
      ...definition,
      responseSerialize: (answer) =>
        Buffer.isBuffer(answer) ? answer : definition.responseSerialize(answer),
    },
  ]),
);
server.addService(service, {
  ...methods,
  cancel: (_call, reply) => {
    for (const answer of cancelled) answer();
    reply(null, new Empty());
  },
});

const { HOSTILE = "" } = process.env;
if (HOSTILE.includes("stubborn")) process.on("SIGTERM", () => undefined);
if (HOSTILE.includes("family")) {
  // One that has lost its parent, and one that ignores being asked.
  spawn("sh", ["-c", "sleep 600 & exit"], { stdio: "inherit" });
  spawn("sh", ["-c", "trap '' TERM; sleep 600 & wait; sleep 600"], { stdio: "inherit" });
}
// A killed engine cannot stop it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 500).unref();

server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => {
  console.log("hello, I am a plugin");
  console.log(port);
});
