/**
 * The images built here behave as the official ones at the points that the program touches, and what the program gives
 * its containers means the same in both. What official entry points do is written down here in a few lines.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type ContainerInputs, containers, declare } from "../graph/program.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** The scripts are for containers: they need the tools of a Linux distribution. */
const isLinux = process.platform === "linux";
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "commerce-images-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
});

/** A program that stands in for one of the image's: a few lines of bash. Each call is recorded, an argument per line. */
function fake(name: string, script = "") {
  const body = `#!/bin/bash\nprintf '%s\\n' "$@" '' >>"${folder}/${name}.calls"\n${script}\n`;
  fs.writeFileSync(path.join(folder, "bin", name), body, { mode: 0o755 });
}

const callsOf = (name: string): string[][] => {
  const file = path.join(folder, `${name}.calls`);
  if (!fs.existsSync(file)) return [];
  const calls = fs.readFileSync(file, "utf8").split("\n\n");
  return calls.slice(0, -1).map((call) => call.split("\n"));
};

/** Runs a script of an image on this machine, with the programs in `bin` before all others. */
function run(shell: string, script: string, args: string[], environment: Record<string, string>) {
  const PATH = [path.join(folder, "bin"), process.env.PATH].join(path.delimiter);
  const { status, stderr } = spawnSync(shell, [script, ...args], {
    env: { PATH, ...environment },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
}

const environmentOf = ({ envs = [] }: ContainerInputs) =>
  Object.fromEntries(envs.map((env) => [env.slice(0, env.indexOf("=")), env.slice(env.indexOf("=") + 1)]));

const ALL_ON = { highAvailability: "zookeeper", otlpEndpoint: "http://collector:4318" } as const;
const flinkServices = async (config: Parameters<typeof declare>[0]) =>
  [...containers(await declare(config))].filter(([, { envs = [] }]) =>
    envs.some((env) => env.startsWith("FLINK_PROPERTIES=")),
  );

/** The official image of Flink: each line without any blank, up to its first colon the key; then `envsubst`. */
const officialProperties = (text: string) =>
  text
    .split("\n")
    .map((line) => line.replace(/\s/g, ""))
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]);

describe("Flink's options", () => {
  it.each([{}, ALL_ON, { stateBackend: "hashmap", taskManagers: 2 } as const])(
    "lose nothing to the official image, which removes blanks (%o)",
    async (config) => {
      const services = await flinkServices(config);
      expect(services.length).toBeGreaterThan(2);
      for (const [name, service] of services) {
        const { FLINK_PROPERTIES = "" } = environmentOf(service);
        const declared = FLINK_PROPERTIES.split("\n").map((line) => /^([^:]+): (.*)$/.exec(line)?.slice(1));
        expect(officialProperties(FLINK_PROPERTIES), name).toEqual(declared);
        expect(FLINK_PROPERTIES, name).not.toContain("$");
      }
    },
  );

  it("for the JVM are in JVM_ARGS, which both images pass on as they are", async () => {
    for (const [name, service] of await flinkServices(ALL_ON)) {
      const { FLINK_PROPERTIES, JVM_ARGS } = environmentOf(service);
      expect(FLINK_PROPERTIES, name).not.toContain("env.java.opts");
      expect(JVM_ARGS?.match(/-XX:\+Use\w+GC/g), name).toHaveLength(1);
    }
  });
});

describe.runIf(isLinux)("the image of Flink built here", () => {
  /** Its entry point, on a Flink whose Java is recorded. */
  function start(command: string, environment: Record<string, string>) {
    const home = path.join(folder, "flink");
    fs.cpSync(path.join(root, "images/flink/bin"), path.join(home, "bin"), { recursive: true });
    fs.mkdirSync(path.join(home, "conf"));
    fs.mkdirSync(path.join(home, "archive"));
    fs.mkdirSync(path.join(home, "lib"));
    fs.writeFileSync(path.join(home, "lib/flink-dist-1.jar"), "");
    fake(
      "java",
      `case "$*" in
        *UPDATE_AND_GET*) echo "BASH_JAVA_UTILS_EXEC_RESULT:env.java.opts.all: --add-opens=a" ;;
        *RESOURCE_PARAMS*) printf 'BASH_JAVA_UTILS_EXEC_RESULT:%s\\n' "-Xmx1g -Xms1g" "-D memory=1" ;;
      esac`,
    );
    run("bash", path.join(root, "images/flink/docker-entrypoint.sh"), [command], {
      FLINK_HOME: home,
      ...environment,
    });
    return callsOf("java");
  }

  it("reads FLINK_PROPERTIES as the official one does", () => {
    const FLINK_PROPERTIES =
      "rest.address: jobmanager\n\n  metrics.interval: 30 s \nurl: http://collector:4318/v1\nenv.java.opts.all: -Da -Db";
    const [configuration = []] = start("jobmanager", { FLINK_PROPERTIES });
    const options = configuration.filter((_, index) => configuration[index - 1] === "-D").slice(1);
    expect(options).toEqual(officialProperties(FLINK_PROPERTIES).map(([key, value]) => `${key}=${value}`));
  });

  it.each(["jobmanager", "taskmanager"])("starts the %s with the options of JVM_ARGS", async (name) => {
    const service = containers(await declare()).get(name);
    const { JVM_ARGS = "", ...environment } = environmentOf(service as ContainerInputs);
    const process = start(name, { JVM_ARGS, ...environment }).at(-1);
    expect(process).toEqual(expect.arrayContaining([...JVM_ARGS.split(" "), "-Xmx1g", "--add-opens=a"]));
  });
});

describe("logs in containers", () => {
  const uploaded = async (service: string, file: string) =>
    containers(await declare())
      .get(service)
      ?.uploads?.find((upload) => upload.file.endsWith(file))?.content ?? "";

  it.each(["jobmanager", "taskmanager", "sql-gateway"])("of the %s are bounded", async (service) => {
    const configuration = await uploaded(service, "/conf/log4j-console.properties");
    const types = [...configuration.matchAll(/^appender\.(\w+)\.type = (\w+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    expect(types).toEqual([
      ["console", "CONSOLE"],
      ["file", "RollingFile"],
    ]);
    expect(configuration).toMatch(/^appender\.file\.policies\.size\.size = \d\dMB$/m);
    expect(configuration).toMatch(/^appender\.file\.strategy\.max = \d$/m);
  });

  it("of Kafka are on its console alone, and not in the official image's hourly files", async () => {
    const configuration = await uploaded("kafka", "/etc/kafka/docker/log4j2.yaml");
    expect(configuration).toMatch(/^ {2}Appenders:\n {4}Console:/m);
    expect(configuration).not.toContain("File");
  });

  it("of Kafka's garbage collector are off: the official start script turns them on", async () => {
    const { EXTRA_ARGS } = environmentOf(containers(await declare()).get("kafka") as ContainerInputs);
    expect(EXTRA_ARGS).toBe("-name kafkaServer");
  });

  it("do not open Kafka's metrics: the official image turns authentication off before these options", async () => {
    const { KAFKA_OPTS } = environmentOf(containers(await declare()).get("kafka") as ContainerInputs);
    expect(KAFKA_OPTS).toContain("-Dcom.sun.management.jmxremote.authenticate=true");
  });
});

describe.runIf(isLinux)("the first start of Postgres", () => {
  beforeEach(() => {
    fake("id", "echo 999");
    fake("docker-entrypoint.sh");
    fake("postgres", `cat >>"${folder}/sql"`);
    fake(
      "initdb",
      `for argument; do case $argument in --pgdata=*) data=\${argument#*=} ;; esac; done
       mkdir -p "$data"; touch "$data/pg_hba.conf"; echo 15 >"$data/PG_VERSION"`,
    );
    fs.mkdirSync(path.join(folder, "data"));
    fs.writeFileSync(path.join(folder, "password"), "secret");
  });

  const environment = () => ({
    PGDATA: path.join(folder, "data"),
    POSTGRES_USER: "owner",
    POSTGRES_DB: "shop",
    POSTGRES_PASSWORD_FILE: path.join(folder, "password"),
  });

  it.each([
    ["the program", "sh", "infra/components/start-postgres.sh"],
    ["the image built here", "bash", "images/postgres/docker-entrypoint.sh"],
  ])("by %s gives the database an id that pgAdmin does not hide", (_, shell, script) => {
    run(shell, path.join(root, script), ["postgres"], environment());
    const [, id] =
      /CREATE DATABASE "shop" OID = (\d+)/.exec(fs.readFileSync(path.join(folder, "sql"), "utf8")) ?? [];
    expect(Number(id)).toBeGreaterThanOrEqual(16_384);
  });

  it("sorts text the same whatever the image's own locale is", () => {
    run("sh", path.join(root, "infra/components/start-postgres.sh"), ["postgres"], {
      LANG: "en_US.utf8",
      ...environment(),
    });
    expect(callsOf("initdb")[0]).toContain("--locale=C.UTF-8");
  });
});

describe.runIf(isLinux)("the image of pgAdmin built here", () => {
  const inFolder = (name: string) => path.join(folder, name);

  /** Its entry point, with its folders below the test's. */
  function start(pgpass: string) {
    const script = read("images/pgadmin/entrypoint.sh").replaceAll(
      /\/(pgadmin4|venv|var\/lib\/pgadmin)(?=[\s/"}])/g,
      `${folder}$&`,
    );
    fs.writeFileSync(inFolder("entrypoint.sh"), script);
    for (const name of ["pgadmin4", "venv/bin", "var/lib/pgadmin"])
      fs.mkdirSync(inFolder(name), { recursive: true });
    for (const name of ["python", "gunicorn"]) {
      fake(name);
      fs.copyFileSync(inFolder(`bin/${name}`), inFolder(`venv/bin/${name}`));
    }
    fs.writeFileSync(inFolder("pgpass"), pgpass);
    run("bash", inFolder("entrypoint.sh"), [], {
      PGADMIN_DEFAULT_EMAIL: "me@example.com",
      PGADMIN_DEFAULT_PASSWORD: "secret",
      PGPASS_FILE: inFolder("pgpass"),
    });
    return fs.readFileSync(inFolder("var/lib/pgadmin/storage/me_example.com/.pgpass"), "utf8");
  }

  it("copies the pgpass file at its first start only, like the official one", () => {
    expect(start("first")).toBe("first");
    expect(callsOf("python")).toHaveLength(1);
    fs.writeFileSync(inFolder("var/lib/pgadmin/pgadmin4.db"), "");
    expect(start("second")).toBe("first");
    expect(callsOf("python")).toHaveLength(1);
    expect(callsOf("gunicorn")).toHaveLength(1);
  });
});

it("no image names a processor's architecture, so each is built for that of the machine", () => {
  const files = fs.globSync("{images,flink-jars,kafka-metrics,producer}/**/{Dockerfile,*.sh}", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => /amd64|x86_64|aarch64|arm64/.test(read(file)))).toEqual([]);
});

it("what runs in containers has LF line endings, on a clone on Windows too", () => {
  const files = fs.globSync(
    "{images,flink-jars,infra/components,kafka-metrics,producer,sql}/**/{Dockerfile,*.{sh,py,sql,yaml,properties,txt}}",
    { cwd: root, exclude: ["**/node_modules/**", "**/target/**"] },
  );
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => read(file).includes("\r"))).toEqual([]);
});
