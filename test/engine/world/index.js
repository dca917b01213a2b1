/**
 * A provider whose resources are files in $KFC_DIR, and which misbehaves when asked to: `refuse` fails a create or
 * update, `broken` makes a resource that does not work, `stubborn` cannot be deleted, `slow` takes milliseconds,
 * `exclusive` must be deleted before it is replaced, `vague` leaves the diff to the engine, `late` takes
 * milliseconds after the deed, `die` ends the plugin. What it did stands in `log`.
 */
const { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout } = require("node:timers/promises");
const provider = require("@pulumi/pulumi/provider");
const { ReadRequest } = require("@pulumi/pulumi/proto/provider_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");

// The SDK's server takes it for granted that properties are sent.
const { getProperties } = ReadRequest.prototype;
ReadRequest.prototype.getProperties = function () {
  return getProperties.call(this) ?? new Struct();
};

const MARK = "4dabf18193072939515e22adb298388d";
const plain = (value) => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value[MARK]) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
};
const path = (id) => join(process.env.KFC_DIR, `${encodeURIComponent(id)}.json`);
const log = (line) => appendFileSync(join(process.env.KFC_DIR, "log"), `${line}\n`);
const same = (a, b) => JSON.stringify(plain(a)) === JSON.stringify(plain(b));

async function write(id, inputs) {
  const given = plain(inputs);
  if (given.die) {
    console.error("the disk is on fire");
    process.exit(3);
  }
  if (given.slow) await setTimeout(given.slow);
  if (given.refuse) throw new Error(`refused: ${given.refuse}`);
  writeFileSync(path(id), JSON.stringify(given));
  if (given.late) await setTimeout(given.late);
  const outs = { ...inputs, size: JSON.stringify(given.value ?? "").length };
  if (given.broken)
    throw Object.assign(new Error("broken"), { id, properties: outs, reasons: [given.broken] });
  return { id, outs };
}

// A killed engine cannot stop its plugins; it may have gone before this one was up.
const parent = process.ppid;
setInterval(() => (process.ppid !== parent || parent === 1) && process.exit(1), 500).unref();

provider.main(
  {
    version: "1.0.0",
    async check(_urn, _olds, news) {
      const failures = news.name === "" ? [{ property: "name", reason: "must not be empty" }] : [];
      return { inputs: news, failures };
    },
    async diff(_id, _urn, olds, news) {
      const keys = Object.keys({ ...olds, ...news }).filter(
        (key) => key !== "size" && !same(olds[key], news[key]),
      );
      return {
        changes: plain(news.vague) ? undefined : keys.length > 0,
        replaces: keys.filter((key) => key === "name"),
        deleteBeforeReplace: !!news.exclusive,
      };
    },
    async create(_urn, inputs) {
      const id = plain(inputs.name);
      // What a killed run made is taken up; anything else of that name is not ours.
      if (existsSync(path(id)) && !same(JSON.parse(readFileSync(path(id), "utf8")), inputs)) {
        throw new Error(`${id} exists already`);
      }
      const made = await write(id, inputs);
      log(`create ${id}`);
      return made;
    },
    async update(id, _urn, _olds, news) {
      const made = await write(id, news);
      log(`update ${id}`);
      return made;
    },
    async read(id, _urn, props) {
      const server = plain(props?.server);
      if (server && !existsSync(path(server))) throw new Error(`${server} does not answer`);
      if (!existsSync(path(id))) return { id: "", props: {} };
      const inputs = JSON.parse(readFileSync(path(id), "utf8"));
      return { id, inputs, props: { ...inputs, size: JSON.stringify(inputs.value ?? "").length } };
    },
    async delete(id, _urn, props) {
      if (plain(props.slow)) await setTimeout(plain(props.slow));
      if (plain(props.stubborn)) throw new Error("it will not go");
      rmSync(path(id), { force: true });
      log(`delete ${id}`);
    },
    async invoke(_token, args) {
      return { outputs: { doubled: args.count * 2 } };
    },
  },
  process.argv.slice(2),
);
