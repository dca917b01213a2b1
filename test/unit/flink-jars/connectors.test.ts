import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const dir = join(import.meta.dirname, "..", "..", "..", "flink-jars");
const pom = readFileSync(join(dir, "pom.xml"), "utf8");
const dependencies = pom.slice(pom.indexOf("<dependencies>"), pom.indexOf("</dependencies>"));

test("every connector is pinned to an exact version and has a checksum", () => {
  const artifacts = [
    ...dependencies.matchAll(/<artifactId>(.+?)<\/artifactId>\s*<version>(.+?)<\/version>/g),
  ];
  const jars = artifacts.map(([, artifact, version]) => `${artifact}-${version}.jar`);
  const sums = readFileSync(join(dir, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  expect(jars.length).toBeGreaterThan(0);
  expect(sums.map((line) => line.replace(/^[0-9a-f]{64} {2}/, "")).sort()).toEqual(jars.sort());
});
