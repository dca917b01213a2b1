/** A Postgres container brings its data folder up to date before it accepts connections, and completes a first start. */
import * as fs from "node:fs";
import * as path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testImage } from "./plugins/support.ts";
import { crash, docker, logs } from "./support/docker.ts";
import { testFolder, testName } from "./support/leftovers.ts";
import { eventually } from "./support/wait.ts";

const NAME = testName("start");
const SCRIPT = "/usr/local/bin/start-postgres.sh";
const PASSWORD_FILE = "/tmp/password";
const remove = () => docker("rm", "--force", NAME).catch(() => undefined);

/** Starts a container on the existing volume, with its files uploaded before the start, as in the pipeline. */
async function start(password: string): Promise<void> {
  await remove();
  const environment = [
    "POSTGRES_USER=postgres",
    "POSTGRES_DB=shop",
    `POSTGRES_PASSWORD_FILE=${PASSWORD_FILE}`,
  ];
  await docker(
    ...["create", "--name", NAME, "--publish", "127.0.0.1::5432"],
    ...["--volume", `${NAME}:/var/lib/postgresql/data`],
    ...environment.flatMap((variable) => ["--env", variable]),
    ...[testImage(), "sh", SCRIPT, "postgres"],
  );
  const folder = testFolder();
  const file = path.join(folder, "password");
  fs.writeFileSync(file, password, { mode: 0o644 });
  await docker("cp", file, `${NAME}:${PASSWORD_FILE}`);
  fs.rmSync(folder, { recursive: true });
  await docker("cp", "infra/components/start-postgres.sh", `${NAME}:${SCRIPT}`);
  await docker("start", NAME);
}

async function query(password: string, sql: string, { database = "shop" } = {}): Promise<unknown[]> {
  const port = Number((await docker("port", NAME, "5432")).split(":").at(-1));
  const client = new pg.Client({ host: "127.0.0.1", port, database, user: "postgres", password });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function clean(): Promise<void> {
  await remove();
  await docker("volume", "rm", "--force", NAME);
}

/** Runs a script on the volume, in a container that ends with it. */
async function onVolume(script: string): Promise<void> {
  await remove();
  const volume = `${NAME}:/var/lib/postgresql/data`;
  await docker("run", "--rm", "--volume", volume, "--entrypoint", "bash", testImage(), "-ec", script);
}

const serves = (sql = "SELECT 1 AS row") => eventually("the server", () => query("now", sql));

describe("the owner's password", () => {
  beforeAll(clean);
  afterAll(clean);

  it("is the configured one on new data", async () => {
    await start("first");
    await eventually("the new server", () => query("first", "CREATE TABLE kept AS SELECT 1 AS row"));
  });

  it("is the current one, and no earlier one, on existing data", async () => {
    await start("second");
    const rows = await eventually("the server", () => query("second", "SELECT row FROM kept"));
    expect(rows).toEqual([{ row: 1 }]);
    await expect(query("first", "SELECT 1")).rejects.toThrow("password authentication failed");
  });

  it("is unchanged after a crash, and appears in no log", async () => {
    await crash(NAME);
    await eventually(
      "the end",
      async () => (await docker("ps", "--quiet", "--filter", `name=${NAME}`)) === "" || undefined,
    );
    await docker("start", NAME);
    const rows = await eventually("the server", () => query("second", "SELECT row FROM kept"));
    expect(rows).toEqual([{ row: 1 }]);
    expect(await logs(NAME)).not.toContain("second");
  });
});

describe("a first start", () => {
  beforeEach(clean);
  afterAll(clean);

  it("creates the database with an id that pgAdmin does not hide", async () => {
    await start("now");
    const [row] = await serves("SELECT oid::int >= 16384 AS row FROM pg_database WHERE datname = 'shop'");
    expect(row).toEqual({ row: true });
  });

  it("sorts text by code point, whatever the locale of the image", async () => {
    await start("now");
    expect(await serves("SELECT datcollate AS row FROM pg_database WHERE datname = 'shop'")).toEqual([
      { row: "C.UTF-8" },
    ]);
    expect(await query("now", "SELECT 'B' < 'a' AS row")).toEqual([{ row: true }]);
  });

  it("that is killed at any moment begins again", async () => {
    for (const afterMs of [100, 300, 600, 1_000, 1_500, 2_200, 3_000]) {
      await start("now");
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await docker("kill", NAME).catch(() => undefined);
    }
    await start("now");
    expect(await serves()).toEqual([{ row: 1 }]);
  });

  it("that was killed while it moved the cluster is completed", async () => {
    await start("now");
    await serves("CREATE TABLE kept AS SELECT 2 AS row");
    await onVolume("cd $PGDATA; mkdir .new; mv PG_VERSION global pg_hba.conf .new");
    await start("now");
    expect(await serves("SELECT row FROM kept")).toEqual([{ row: 2 }]);
  });

  // As the official image initialises: in place, and with a server that listens on its socket only.
  it.each([
    [
      "in the middle of initdb",
      "initdb --username=postgres & until [ -s $PGDATA/global/1262 ]; do :; done; kill -9 %1",
    ],
    ["after initdb", "initdb --username=postgres"],
    [
      "with the server on its socket",
      "initdb --username=postgres; pg_ctl -D $PGDATA -o '-c listen_addresses= -p 5432' -w start; pkill -9 postgres || kill -9 $(head -1 $PGDATA/postmaster.pid)",
    ],
    [
      "with the database created",
      "initdb --username=postgres; pg_ctl -D $PGDATA -o '-c listen_addresses= -p 5432' -w start; createdb -U postgres shop; pg_ctl -D $PGDATA -m immediate stop",
    ],
  ])("of the official image that was killed %s is completed", async (_moment, script) => {
    await onVolume(script);
    await start("now");
    expect(await serves()).toEqual([{ row: 1 }]);
  });
});

describe("a cluster that has served", () => {
  beforeEach(async () => {
    await clean();
    await start("now");
    await serves("CREATE TABLE kept AS SELECT 3 AS row");
    await docker("stop", NAME);
  });
  afterAll(clean);

  it.each([
    ["without a line for clients", "sed -i '/^host all all all/d' $PGDATA/pg_hba.conf"],
    ["without postmaster.opts", "rm $PGDATA/postmaster.opts"],
    ["restored from a base backup", "rm $PGDATA/postmaster.opts; touch $PGDATA/backup_manifest"],
  ])("keeps its rows %s", async (_what, script) => {
    await onVolume(script);
    await start("now");
    expect(await serves("SELECT row FROM kept")).toEqual([{ row: 3 }]);
  });

  it("gets its database back, and keeps what is in the others", async () => {
    await docker("start", NAME);
    const other = { database: "postgres" };
    await eventually("the server", () => query("now", "CREATE TABLE theirs AS SELECT 4 AS row", other));
    await query("now", "DROP DATABASE shop", other);
    await start("now");
    expect(await serves()).toEqual([{ row: 1 }]);
    expect(await query("now", "SELECT row FROM theirs", other)).toEqual([{ row: 4 }]);
  });

  it("keeps its own rules for clients", async () => {
    await onVolume("sed -i 's/^host all all all.*/hostssl all all all scram-sha-256/' $PGDATA/pg_hba.conf");
    await start("now");
    await eventually("the server to listen", async () => {
      await expect(query("now", "SELECT 1")).rejects.toThrow("no pg_hba.conf entry");
      return true;
    });
  });

  it("is never touched without PG_VERSION", async () => {
    await onVolume("rm $PGDATA/PG_VERSION");
    await start("now");
    await eventually("the refusal", async () =>
      (await logs(NAME)).includes("they are left as they are") ? true : undefined,
    );
    await onVolume("echo 15 > $PGDATA/PG_VERSION");
    await start("now");
    expect(await serves("SELECT row FROM kept")).toEqual([{ row: 3 }]);
  });
});
