// The images to build, their tags and their order. Pure: the content of files is passed in as digests.
import { createHash } from "node:crypto";

/** One image that is built on this machine. */
export interface ImageSpec {
  /** Its name without the prefix. */
  readonly name: string;
  /** The build context, relative to the project. */
  readonly context: string;
  /** The human-readable part of the tag. */
  readonly version: string;
  /** Build argument → the image whose tag it takes. */
  readonly parents: Readonly<Record<string, string>>;
  /** Further build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** Files from elsewhere on this machine, or in this project, that are added to the build context. */
  readonly hostFiles: readonly string[];
  /** On the critical path to a running pipeline. */
  readonly isLongest?: boolean;
  /**
   * - `service`: listed in images/local.json
   * - `exporter`: listed there, too, but built only for a stack that has it
   * - `layer`: a base of other images
   * - `cli`: the Pulumi CLI is copied out of it
   * - `program`: the Pulumi program builds it, too, and then finds each step in Docker's cache
   */
  readonly purpose: "service" | "exporter" | "layer" | "cli" | "program";
}

/** The platform of the CLI, the module proxy (empty: Go's default), and the folder for the CLI's scratch files. */
export interface GoArgs extends Readonly<Record<string, string>> {
  readonly SCRATCH: string;
  readonly GOOS: string;
  readonly GOARCH: string;
  readonly GOPROXY: string;
}

/** What to build. */
export interface Wanted {
  /** The images of the services. */
  readonly services: boolean;
  /** The image of Postgres's exporter. */
  readonly exporter: boolean;
  /** The image in which the Pulumi CLI is built. */
  readonly cli: boolean;
}

const prefix = "commerce-pipeline/";

/**
 * The images in order of priority: those that others wait for longest come first.
 *
 * @param versions of the official images that these replace, by service, and of Pulumi
 * @param goArgs needed only where the CLI or the exporter is built
 */
export function imageSpecs(
  versions: Readonly<Record<string, string>>,
  goArgs: GoArgs = { SCRATCH: "", GOOS: "", GOARCH: "", GOPROXY: "" },
): ImageSpec[] {
  const version = (service: string) => {
    const found = versions[service];
    if (found === undefined) throw new Error(`images/registry.json has no ${service}`);
    return found;
  };
  const program = { args: {}, hostFiles: [], purpose: "program" } as const;
  const layer = { args: {}, hostFiles: [], purpose: "layer" } as const;
  const service = { args: {}, hostFiles: [], purpose: "service" } as const;
  // Debian decides which Postgres 15 and Maven 3 it has, so only the major version is certain.
  const major = (name: string) => version(name).replace(/\..*/, "");
  const specs: Omit<ImageSpec, "context">[] = [
    { ...layer, name: "rootfs", version: "bookworm", parents: {} },
    {
      ...layer,
      name: "base",
      version: "bookworm",
      parents: { ROOTFS_IMAGE: "rootfs" },
      hostFiles: ["ca-certificates.crt"],
    },
    { ...layer, name: "jre", version: "17", parents: { BASE_IMAGE: "base" } },
    { ...layer, name: "python", version: "3", parents: { BASE_IMAGE: "base" }, isLongest: true },
    {
      ...layer,
      name: "pulumi",
      version: version("pulumi"),
      parents: { PYTHON_IMAGE: "python" },
      args: { VERSION: version("pulumi"), ...goArgs },
      hostFiles: ["go-requirements.txt"],
      isLongest: true,
      purpose: "cli",
    },
    {
      ...service,
      name: "maven",
      version: major("maven"),
      parents: { JRE_IMAGE: "jre" },
      hostFiles: ["mavenrc"],
    },
    { ...service, name: "pgadmin", version: version("pgadmin"), parents: { PYTHON_IMAGE: "python" } },
    {
      ...service,
      name: "flink",
      version: version("flink"),
      parents: { PYTHON_IMAGE: "python", MAVEN_IMAGE: "maven", JRE_IMAGE: "jre" },
      args: { VERSION: version("flink") },
    },
    {
      ...service,
      name: "kafka",
      version: version("kafka"),
      parents: { MAVEN_IMAGE: "maven", JRE_IMAGE: "jre" },
      args: { VERSION: version("kafka") },
    },
    { ...service, name: "postgres", version: major("postgres"), parents: { BASE_IMAGE: "base" } },
    {
      name: "postgres-exporter",
      version: version("postgres-exporter"),
      parents: { PYTHON_IMAGE: "python", BASE_IMAGE: "base" },
      args: { VERSION: version("postgres-exporter"), GOPROXY: goArgs.GOPROXY },
      hostFiles: ["go-requirements.txt"],
      purpose: "exporter",
    },
    {
      ...service,
      name: "node",
      version: version("node"),
      parents: { BASE_IMAGE: "base" },
      hostFiles: ["node", "npm.tgz"],
    },
    {
      ...program,
      name: "flink-jars",
      version: version("flink"),
      parents: { FLINK_IMAGE: "flink", MAVEN_IMAGE: "maven" },
    },
    {
      ...program,
      name: "kafka-metrics",
      version: version("kafka"),
      parents: { KAFKA_IMAGE: "kafka", MAVEN_IMAGE: "maven" },
    },
    { ...program, name: "producer", version: version("node"), parents: { NODE_IMAGE: "node" } },
  ];
  const folderOf = ({ name, purpose }: Pick<ImageSpec, "name" | "purpose">) =>
    purpose === "program" ? name : `images/${name}`;
  return specs.map((spec) => ({ ...spec, context: folderOf(spec) }));
}

/** The version in an official image's name: `flink:2.2.1-java17` is 2.2.1, and `exporter:v0.19.1` is 0.19.1. */
export function versionOf(image: string): string {
  const version = /:v?(\d+(?:\.\d+)*)[^/]*$/.exec(image)?.[1];
  if (version === undefined) throw new Error(`images/registry.json: ${image} has no exact version`);
  return version;
}

/**
 * Every image's tag. It ends in a digest of the image's inputs, including its parents, so that an existing tag does not
 * have to be built again.
 */
export function imageTags(
  specs: readonly ImageSpec[],
  contentOf: (spec: ImageSpec) => string,
): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const spec of specs) {
    const parents = Object.entries(spec.parents).map(([arg, name]) => [arg, required(tags, name)]);
    // Checksums say what the modules are, wherever they are downloaded from.
    const { GOPROXY: _, ...args } = spec.args;
    const inputs = JSON.stringify([args, parents, contentOf(spec)]);
    const digest = createHash("sha256").update(inputs).digest("hex").slice(0, 12);
    tags.set(spec.name, `${prefix}${spec.name}:${spec.version}-${digest}`);
  }
  return tags;
}

/** The images to build, in the order of `specs`: wanted images that are missing, and their missing parents. */
export function missingImages(
  specs: readonly ImageSpec[],
  { wanted, isThere }: { wanted: Wanted; isThere(name: string): boolean },
): ImageSpec[] {
  const missing = new Set<string>();
  for (const spec of specs.toReversed()) {
    const isNeeded = () => specs.some((child) => missing.has(child.name) && dependsOn(child, spec));
    if ((isWanted(spec.purpose, wanted) || isNeeded()) && !isThere(spec.name)) missing.add(spec.name);
  }
  return specs.filter(({ name }) => missing.has(name));
}

function isWanted(purpose: ImageSpec["purpose"], { services, exporter, cli }: Wanted): boolean {
  switch (purpose) {
    case "layer":
      return false;
    case "service":
      return services;
    case "exporter":
      return exporter;
    case "cli":
      return cli;
    case "program":
      // The CLI's build takes longest, so building others in parallel takes no extra time.
      return services && cli;
  }
}

/** The build arguments for Docker. */
export function buildArgs(spec: ImageSpec, tags: ReadonlyMap<string, string>): Record<string, string> {
  const parents = Object.entries(spec.parents).map(([arg, name]) => [arg, required(tags, name)]);
  return { ...spec.args, ...Object.fromEntries(parents) };
}

function dependsOn(child: ImageSpec, parent: ImageSpec): boolean {
  return Object.values(child.parents).includes(parent.name);
}

function required(tags: ReadonlyMap<string, string>, name: string): string {
  const tag = tags.get(name);
  if (tag === undefined) throw new Error(`image ${name} is listed after an image that is built on it`);
  return tag;
}
