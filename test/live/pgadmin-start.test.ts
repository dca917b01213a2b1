/** A pgAdmin container completes a first start that was cut, and brings its data up to date. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testImage } from "./plugins/support.ts";
import { docker, logs } from "./support/docker.ts";
import { testFolder, testName } from "./support/leftovers.ts";
import { PgAdminClient } from "./support/pgadmin.ts";
import { eventually } from "./support/wait.ts";

const NAME = testName("pgadmin-start");
const EMAIL = "admin@commerce-pipeline.dev";
const SCRIPT = "/usr/local/bin/start-pgadmin.py";
const BEGINS_AGAIN = "the first start was not completed; it begins again";

const servers = (username: string) => ({
  Servers: {
    1: {
      ...{ Name: "Shop", Group: "Servers", Host: "postgres", Port: 5432, MaintenanceDB: "shop" },
      ...{ Username: username, ConnectionParameters: { sslmode: "disable", passfile: "/.pgpass" } },
    },
  },
});

const remove = () => docker("rm", "--force", NAME).catch(() => undefined);

/** Starts a container on the existing volume, with its files uploaded before the start, as in the pipeline. */
async function start(password: string, username = "reader"): Promise<void> {
  await remove();
  const environment = [
    `PGADMIN_DEFAULT_EMAIL=${EMAIL}`,
    "PGADMIN_DEFAULT_PASSWORD_FILE=/tmp/password",
    "PGADMIN_LISTEN_PORT=5050",
    "PGADMIN_DISABLE_POSTFIX=True",
    "PGPASS_FILE=/tmp/pgpass",
  ];
  await docker(
    ...["create", "--name", NAME, "--publish", "127.0.0.1::5050", "--volume", `${NAME}:/var/lib/pgadmin`],
    ...environment.flatMap((variable) => ["--env", variable]),
    ...["--entrypoint", "/venv/bin/python3", testImage("pgadmin"), SCRIPT],
  );
  const folder = testFolder();
  const files = {
    "/tmp/password": password,
    "/tmp/pgpass": `*:*:*:*:${password}\n`,
    "/pgadmin4/servers.json": JSON.stringify(servers(username)),
    [SCRIPT]: fs.readFileSync("infra/components/start-pgadmin.py"),
  };
  const file = path.join(folder, "file");
  for (const [target, content] of Object.entries(files)) {
    fs.writeFileSync(file, content, { mode: 0o644 });
    await docker("cp", file, `${NAME}:${target}`);
  }
  fs.rmSync(folder, { recursive: true });
  await docker("start", NAME);
}

async function clean(): Promise<void> {
  await remove();
  await docker("volume", "rm", "--force", NAME);
}

async function login(password: string): Promise<PgAdminClient> {
  const port = (await docker("port", NAME, "5050")).split(":").at(-1);
  return PgAdminClient.login(`http://127.0.0.1:${port}`, EMAIL, password);
}

const served = (password: string) => eventually("a login to pgAdmin", () => login(password), 120_000);

/** Runs a statement on pgAdmin's own database. @returns the first value */
const onDatabase = (sql: string) =>
  docker(
    ...["exec", NAME, "/venv/bin/python3", "-c"],
    `import sqlite3
with sqlite3.connect("/var/lib/pgadmin/pgadmin4.db") as database: print(database.execute("""${sql}""").fetchone()[0])`,
  );

beforeAll(clean);
afterAll(clean);

describe("pgAdmin's first start", () => {
  it("begins again after it was killed, whenever that was", async () => {
    let restarts = 0;
    for (const afterMs of [500, 1_500, 3_000, 5_000, 8_000]) {
      await start("first");
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      restarts += (await logs(NAME)).includes(BEGINS_AGAIN) ? 1 : 0;
      await docker("kill", NAME).catch(() => undefined);
    }
    await start("first");
    const pgadmin = await served("first");
    expect(await pgadmin.servers()).toMatchObject([{ label: "Shop", username: "reader" }]);
    expect(restarts).toBeGreaterThan(0);
  });
});

describe("a pgAdmin that has served", () => {
  it("keeps what its user has made, and gets the current password, server and pgpass file", async () => {
    await eventually("the end of the first start", async () => {
      const found = await docker("exec", NAME, "ls", "-A", "/var/lib/pgadmin");
      return found.includes(".first-start-unfinished") ? undefined : true;
    });
    await onDatabase("INSERT INTO servergroup (user_id, name) VALUES (1, 'Mine') RETURNING name");
    await start("second", "other");
    const pgadmin = await served("second");
    expect(await pgadmin.servers()).toMatchObject([{ label: "Shop", username: "other" }]);
    const pgpass = `/var/lib/pgadmin/storage/${EMAIL.replace("@", "_")}/.pgpass`;
    expect(await docker("exec", NAME, "cat", pgpass)).toBe("*:*:*:*:second");
    expect(await onDatabase("SELECT count(*) FROM servergroup WHERE name = 'Mine'")).toBe("1");
    expect(await logs(NAME)).not.toContain(BEGINS_AGAIN);
    await expect(login("first")).rejects.toThrow("refused the login");
  });
});
