import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pulumiVersion } from "../../../../cli/pulumi/version.ts";
import { hostFiles } from "../../../../cli/setup/host-files.ts";
import {
  buildArgs,
  type ImageSpec,
  imageSpecs,
  imageTags,
  missingImages,
  versionOf,
  type Wanted,
} from "../../../../cli/setup/image-plan.ts";
import { imagesDir, projectDir } from "../../../../cli/setup/paths.ts";

const registry: Record<string, string> = JSON.parse(readFileSync(join(imagesDir, "registry.json"), "utf8"));
const versions = Object.fromEntries(Object.entries(registry).map(([key, image]) => [key, versionOf(image)]));
const goArgs = { SCRATCH: "/tmp", GOOS: "linux", GOARCH: "amd64", GOPROXY: "" };
const specs = imageSpecs({ ...versions, pulumi: pulumiVersion }, goArgs);
const contents = (changed?: string) => (spec: ImageSpec) =>
  `content of ${spec.name}${spec.name === changed ? "!" : ""}`;

describe("the table", () => {
  test("has the images of the registry list, except the Datadog Agent", () => {
    const published = specs
      .filter(({ purpose }) => purpose === "service" || purpose === "exporter")
      .map(({ name }) => name);
    expect([...published, "datadogAgent"].sort()).toEqual(Object.keys(registry).sort());
  });

  test("has an image for every folder, and a folder for every image but the root file system", () => {
    const folders = readdirSync(imagesDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(
      specs
        .filter(({ name, purpose }) => name !== "rootfs" && purpose !== "program")
        .map(({ name }) => name)
        .sort(),
    );
  });

  test.each(specs.filter(({ name }) => name !== "rootfs"))(
    "$name: gives the Dockerfile the arguments it declares",
    (spec) => {
      const dockerfile = readFileSync(join(projectDir, spec.context, "Dockerfile"), "utf8");
      const declared = new Set([...dockerfile.matchAll(/^ARG (\w+)$/gm)].map(([, name]) => name));
      expect([...declared].sort()).toEqual(Object.keys(buildArgs(spec, imageTags(specs, contents()))).sort());
    },
  );

  test.each(specs.filter((spec) => spec.hostFiles.length > 0))(
    "$name: every host file is known, and used",
    (spec) => {
      const dockerfile = readFileSync(join(projectDir, spec.context, "Dockerfile"), "utf8");
      for (const file of spec.hostFiles) {
        expect(hostFiles).toHaveProperty([file]);
        expect(dockerfile).toContain(`COPY ${file} `);
      }
    },
  );

  test("names a service that the registry list lacks", () => {
    expect(() => imageSpecs({}, goArgs)).toThrow(/no pulumi/);
  });
});

describe("tags", () => {
  const tags = imageTags(specs, contents());

  test("are readable and end in a digest", () => {
    expect(tags.get("kafka")).toMatch(/^commerce-pipeline\/kafka:4\.\d+\.\d+-[0-9a-f]{12}$/);
  });

  test("stay the same for the same content", () => {
    expect(imageTags(specs, contents())).toEqual(tags);
  });

  test.each([
    ["kafka", ["kafka", "kafka-metrics"]],
    ["maven", ["maven", "flink", "kafka", "flink-jars", "kafka-metrics"]],
    ["python", ["python", "pulumi", "pgadmin", "flink", "postgres-exporter", "flink-jars"]],
    ["rootfs", specs.map(({ name }) => name)],
  ])("a change of %s changes it and all that stands on it, nothing else", (changed, expected) => {
    const after = imageTags(specs, contents(changed));
    const different = specs.map(({ name }) => name).filter((name) => after.get(name) !== tags.get(name));
    expect(different.sort()).toEqual([...expected].sort());
  });

  test("do not depend on where Go modules come from", () => {
    const elsewhere = imageSpecs({ ...versions, pulumi: pulumiVersion }, { ...goArgs, GOPROXY: "mirror" });
    expect(imageTags(elsewhere, contents())).toEqual(tags);
  });

  test("a new version of a service is another image", () => {
    const newer = imageTags(
      imageSpecs({ ...versions, kafka: "4.9.9", pulumi: pulumiVersion }, goArgs),
      contents(),
    );
    expect(newer.get("kafka")).not.toBe(tags.get("kafka"));
    expect(newer.get("flink")).toBe(tags.get("flink"));
  });
});

describe("what has to be built", () => {
  const both = { services: true, exporter: false, cli: true };
  const services = { services: true, exporter: false, cli: false };
  const missing = (present: readonly string[], wanted: Wanted = both) =>
    missingImages(specs, {
      wanted,
      isThere: (name) => present.includes(name),
    }).map(({ name }) => name);
  const all = specs.map(({ name }) => name);
  const published = specs.filter(({ purpose }) => purpose === "service").map(({ name }) => name);
  const without = (...names: string[]) => all.filter((name) => !names.includes(name));

  test("on a bare machine: everything, parents first", () => {
    expect(missing([], { ...both, exporter: true })).toEqual(all);
    for (const spec of specs) {
      for (const parent of Object.values(spec.parents)) {
        expect(all.indexOf(parent), `${parent} before ${spec.name}`).toBeLessThan(all.indexOf(spec.name));
      }
    }
  });

  test("nothing, when every published image is there, layers or not", () => {
    expect(missing(published, services)).toEqual([]);
  });

  test("only the CLI's, with its parents", () => {
    expect(missing([], { services: false, exporter: false, cli: true })).toEqual([
      "rootfs",
      "base",
      "python",
      "pulumi",
    ]);
  });

  test("neither the CLI, if it is not wanted, nor what is only built in parallel with it", () => {
    expect(missing([], services)).toEqual(
      without("pulumi", "postgres-exporter", "flink-jars", "kafka-metrics", "producer"),
    );
  });

  test("Postgres's exporter only for a stack that has it", () => {
    expect(missing(without("postgres-exporter"))).toEqual([]);
    expect(missing(without("postgres-exporter"), { ...services, exporter: true })).toEqual([
      "postgres-exporter",
    ]);
  });

  test("a single image, if its parents are there", () => {
    expect(missing(without("kafka"))).toEqual(["kafka"]);
  });

  test("an image and its missing parents, but not those that only others need", () => {
    expect(missing(without("pgadmin", "python", "jre"))).toEqual(["python", "pgadmin"]);
  });
});

describe("versions in image names", () => {
  test.each([
    ["flink:2.2.1-java17", "2.2.1"],
    ["apache/kafka:4.3.1", "4.3.1"],
    ["dpage/pgadmin4:9.18", "9.18"],
    ["prometheuscommunity/postgres-exporter:v0.19.1", "0.19.1"],
    ["mirror.example:5000/postgres:15.18", "15.18"],
    ["flink:2.2.1-java17@sha256:0123456789abcdef", "2.2.1"],
  ])("%s", (image, version) => {
    expect(versionOf(image)).toBe(version);
  });

  test("`latest` is none", () => {
    expect(() => versionOf("postgres:latest")).toThrow(/no exact version/);
  });
});
