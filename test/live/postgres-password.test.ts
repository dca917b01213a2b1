/** A Postgres that starts on existing data gets the current password before it accepts connections. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testImage } from "./plugins/support.ts";
import { crash, docker, logs } from "./support/docker.ts";
import { eventually } from "./support/wait.ts";

const NAME = "commerce-pipeline-test-password";
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
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "commerce-live-"));
  const file = path.join(folder, "password");
  fs.writeFileSync(file, password, { mode: 0o644 });
  await docker("cp", file, `${NAME}:${PASSWORD_FILE}`);
  fs.rmSync(folder, { recursive: true });
  await docker("cp", "infra/components/start-postgres.sh", `${NAME}:${SCRIPT}`);
  await docker("start", NAME);
}

async function query(password: string, sql: string): Promise<unknown[]> {
  const port = Number((await docker("port", NAME, "5432")).split(":").at(-1));
  const client = new pg.Client({ host: "127.0.0.1", port, database: "shop", user: "postgres", password });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("the owner's password", () => {
  const clean = async () => {
    await remove();
    await docker("volume", "rm", "--force", NAME);
  };
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
