import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const dir = join(import.meta.dirname, "..", "..", "..", "flink-jars");
const read = (file: string) => readFileSync(join(dir, file), "utf8");
const dependenciesOf = (pom: string) =>
  pom.slice(pom.indexOf("<dependencies>"), pom.indexOf("</dependencies>"));

test("every connector is pinned to an exact version and has a checksum", () => {
  const versions = new Map(
    [...dependenciesOf(read("pom.xml")).matchAll(/<artifactId>(.+?)<\/artifactId>\s*<version>(.+?)</g)].map(
      ([, artifact, version]) => [artifact, version],
    ),
  );
  const connectors = [
    ...dependenciesOf(read("connectors/pom.xml")).matchAll(/<artifactId>([^*]+?)<\/artifactId>/g),
  ];
  const jars = connectors.map(([, artifact]) => `${artifact}-${versions.get(artifact)}.jar`);
  const sums = read("connectors/SHA256SUMS").trimEnd().split("\n");
  expect(jars.length).toBeGreaterThan(0);
  expect(sums.map((line) => line.replace(/^[0-9a-f]{64} {2}/, "")).sort()).toEqual(jars.sort());
});

test("the jars are compiled and tested against the Flink that runs them", () => {
  const { flink } = JSON.parse(read("../images/registry.json"));
  const [, version] = /<flink\.version>(.+)<\/flink\.version>/.exec(read("pom.xml")) ?? [];
  expect(flink).toMatch(new RegExp(`^flink:${version}-`));
});
