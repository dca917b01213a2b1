/** Versions that have to change together; CONTRIBUTING.md says how. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { DATADOG_PLUGIN } from "../../../facts/pipeline.ts";
import { providerVersion } from "../../../infra/resources/version.ts";
import { root } from "./support/documents.ts";

const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const manifest: Record<"dependencies" | "optionalDependencies", Record<string, string>> = JSON.parse(
  read("package.json"),
);
const { dependencies, optionalDependencies } = manifest;
const images: Record<string, string> = JSON.parse(read("images/registry.json"));
const versionOf = (image = "") => image.replace(/@.*$/, "").replace(/^.*:/, "");
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, version]) => version);

it("is one of Node.js for the project, its images and version managers", () => {
  const version = read(".nvmrc").trim();
  expect(versionOf(images.node).split("-")[0]).toBe(version);
  expect(Object.values(optionalDependencies)).toEqual([version, version, version]);
});

it("is found in the name of each official image by Renovate, which proposes new ones with their digests", () => {
  const { customManagers }: { customManagers: { datasourceTemplate: string; matchStrings: string[] }[] } =
    JSON.parse(read("renovate.json"));
  const [pattern = ""] =
    customManagers.find((one) => one.datasourceTemplate === "docker")?.matchStrings ?? [];
  const digest = `sha256:${"0".repeat(64)}`;
  for (const image of Object.values(images)) {
    const [name = "", version] = image.split(":");
    const groups = (text: string) => new RegExp(pattern).exec(`  "key": "${text}",`)?.groups;
    expect(groups(image)).toEqual({ depName: name, currentValue: version, currentDigest: undefined });
    expect(groups(`${image}@${digest}`)).toEqual({
      depName: name,
      currentValue: version,
      currentDigest: digest,
    });
  }
});

it("is one of Pulumi for the SDK and the CLI that is built from source", () => {
  const modules = found(read("images/pulumi/go.mod"), /github\.com\/pulumi\/pulumi\/\w+\/v3 v(\S+)/g);
  expect(modules).toEqual([dependencies["@pulumi/pulumi"], dependencies["@pulumi/pulumi"]]);
});

it("is one of pgAdmin for the official image and the one built here", () => {
  for (const file of ["requirements.in", "requirements.txt"]) {
    const [version] = found(read(`images/pgadmin/${file}`), /^pgadmin4==(\S+)/gm);
    expect(version).toBe(versionOf(images.pgadmin));
  }
});

it("is one of Postgres's exporter for the official image and the one built here", () => {
  const module = /github\.com\/prometheus-community\/postgres_exporter (v\S+)/g;
  expect(found(read("images/postgres-exporter/go.mod"), module)).toEqual([
    versionOf(images["postgres-exporter"]),
  ]);
});

it("is one of kafkajs for the producer and the rest", () => {
  expect(JSON.parse(read("producer/package.json")).dependencies.kafkajs).toBe(dependencies.kafkajs);
});

it("is one of the Maven plugin that copies jars", () => {
  const files = fs.globSync("{flink-jars,images,kafka-metrics}/**/{pom.xml,Dockerfile}", { cwd: root });
  const pattern = /maven-dependency-plugin(?:<\/artifactId>\s*<version>|:)(\d[\d.]*)/g;
  const versions = files.flatMap((file) => found(read(file), pattern));
  expect(versions.length).toBeGreaterThan(3);
  expect(new Set(versions).size).toBe(1);
});

it("is one of the provider for the program and the plugin", () => {
  expect(found(read("plugins/commerce/main.ts"), /version: "(.*)"/g)).toEqual([providerVersion]);
});

it("is one of Datadog for the plugin and the types of its resources", () => {
  expect(JSON.parse(read("package.json")).devDependencies["@pulumi/datadog"]).toBe(DATADOG_PLUGIN.version);
  expect(found(read("docs/TROUBLESHOOTING.md"), /install resource datadog v(\d[\d.]*\d)/g)).toEqual([
    DATADOG_PLUGIN.version,
  ]);
});

it("is written down once for the project", () => {
  expect(JSON.parse(read("producer/package.json"))).not.toHaveProperty("version");
});
