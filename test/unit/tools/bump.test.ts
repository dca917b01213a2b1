import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";
import { names, pinnedBy, withVersion } from "../../../tools/bump/versions.ts";

const read = (file: string) => readFileSync(join(projectDir, file), "utf8");

describe.each(names)("a new version of %s", (name) => {
  const { places, commands } = pinnedBy(name);

  it.each(places)("is written to $file, and nothing else is", (place) => {
    const before = read(place.file);
    const after = withVersion(before, place, "99.9");
    const changed = after.split("\n").filter((line, at) => line !== before.split("\n")[at]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toContain("99.9");
  });

  it("changes something", () => {
    expect(places.length + commands("99.9").length).toBeGreaterThan(0);
  });
});

it("keeps what follows the version in an image's tag", () => {
  const [place] = pinnedBy("flink").places;
  expect(place && withVersion('{ "flink": "flink:2.2.1-java17" }', place, "2.3.0")).toBe(
    '{ "flink": "flink:2.3.0-java17" }',
  );
});

it("leaves out the digest of the old version", () => {
  const [place] = pinnedBy("flink").places;
  const pinned = '{ "flink": "flink:2.2.1-java17@sha256:abc", "kafka": "apache/kafka:4.3.1@sha256:def" }';
  expect(place && withVersion(pinned, place, "2.3.0")).toBe(
    '{ "flink": "flink:2.3.0-java17", "kafka": "apache/kafka:4.3.1@sha256:def" }',
  );
});

it("refuses a file in which the version is not found once", () => {
  const [place] = pinnedBy("flink").places;
  expect(() => place && withVersion("{}", place, "2.3.0")).toThrow("images/registry.json: found 0 versions");
});

it("installs an npm package in each package.json that has it", () => {
  expect(pinnedBy("kafkajs").commands("2.2.5")).toEqual([
    ["npm", "install", "--save-exact", "kafkajs@2.2.5"],
    ["npm", "install", "--save-exact", "--prefix", "producer", "kafkajs@2.2.5"],
  ]);
  expect(pinnedBy("dd-trace").commands("7.0.0")).toEqual([
    ["npm", "install", "--save-exact", "--prefix", "producer", "dd-trace@7.0.0"],
  ]);
  expect(pinnedBy("pg").commands("9.0.0")).toEqual([["npm", "install", "--save-exact", "pg@9.0.0"]]);
});
