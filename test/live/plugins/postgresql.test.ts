import Docker from "dockerode";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { container } from "../../../plugins/docker/container.ts";
import type { ContainerInputs } from "../../../plugins/docker/container-spec.ts";
import { configurePostgres } from "../../../plugins/postgresql/connection.ts";
import { defaultPrivileges } from "../../../plugins/postgresql/default-privileges.ts";
import { grant } from "../../../plugins/postgresql/grant.ts";
import { grantRole } from "../../../plugins/postgresql/grant-role.ts";
import { type RoleInputs, role } from "../../../plugins/postgresql/role.ts";
import { checked, drift, freePort, LABELS, testContext, testImage } from "./support.ts";

const ROLE = 'Wri"ter';
const PASSWORD = "s3cr3t'pass";
const DATABASE = "shop";
const context = testContext();

let port: number;
let server: { id: string; inputs: ContainerInputs };

/** Runs one statement, as the owner or as another role. */
async function sql(text: string, user = "postgres", password = "owner"): Promise<pg.QueryResult> {
  const client = new pg.Client({ host: "127.0.0.1", port, user, password, database: DATABASE });
  try {
    await client.connect();
    return await client.query(text);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  port = await freePort();
  const inputs = await checked(container, {
    name: "commerce-pipeline-providers-test-postgres",
    image: testImage(),
    // Logs every statement, to check that no password is in the log.
    command: ["postgres", "-c", "log_statement=all"],
    labels: LABELS,
    envs: [
      "POSTGRES_USER=postgres",
      `POSTGRES_DB=${DATABASE}`,
      "POSTGRES_PASSWORD_FILE=/run/secrets/password",
    ],
    uploads: [{ file: "/run/secrets/password", content: "owner" }],
    ports: [{ internal: 5432, external: port, ip: "127.0.0.1" }],
    healthcheck: {
      tests: ["CMD-SHELL", "pg_isready -q -h 127.0.0.1"],
      interval: "1s",
      timeout: "5s",
      retries: 60,
    },
    wait: true,
    waitTimeout: 60,
  });
  server = { id: (await container.create(inputs, context)).id, inputs };
  const explicit = { username: "postgres", password: "owner", database: DATABASE, sslmode: "disable" };
  // The engine sends numbers and booleans as JSON in strings.
  configurePostgres({
    ...explicit,
    host: "127.0.0.1",
    port: String(port),
    connectTimeout: "180",
    superuser: "true",
  });
});
afterAll(async () => {
  if (server) await container.delete(server.id, { inputs: server.inputs, outputs: {} as never }, context);
});

describe("a role", () => {
  let inputs: RoleInputs;

  it("is created, can log in, and shows no drift", async () => {
    inputs = await checked(role, { name: ROLE, login: true, password: PASSWORD, roles: ["pg_monitor"] });
    expect((await role.create(inputs, context)).id).toBe(ROLE);
    expect((await sql("SELECT current_user AS me", ROLE, PASSWORD)).rows).toEqual([{ me: ROLE }]);
    expect(await drift(role, ROLE, inputs)).toEqual({});
  });

  it("left by a killed run is adopted", async () => {
    await role.create(inputs, context);
    expect(await drift(role, ROLE, inputs)).toEqual({});
  });

  it("changed by hand shows drift, and is corrected", async () => {
    await sql(`ALTER ROLE "Wri""ter" NOLOGIN CONNECTION LIMIT 3 PASSWORD 'other'`);
    await sql(`GRANT pg_signal_backend TO "Wri""ter"`);
    expect(await drift(role, ROLE, inputs)).toEqual({
      login: "update",
      connectionLimit: "update",
      password: "add",
      roles: "update",
    });
    await role.update(ROLE, { inputs, outputs: inputs }, inputs, context);
    expect(await drift(role, ROLE, inputs)).toEqual({});
  });

  it("is not adopted if it is a superuser", async () => {
    await expect(role.create({ name: "postgres" }, context)).rejects.toThrow(
      /role "postgres" already exists/,
    );
    expect((await sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'")).rows).toEqual([
      { rolsuper: true },
    ]);
  });

  it("never has its password in a log", async () => {
    const logs = await new Docker().getContainer(server.id).logs({ stderr: true, stdout: true });
    expect(logs.toString()).toContain("ALTER ROLE");
    expect(logs.toString()).not.toContain("s3cr3t");
  });
});

describe("privileges", () => {
  const target = { role: ROLE, database: DATABASE };
  const inSchema = { ...target, schema: "public" };
  const cases = [
    ["on a schema", grant, { ...inSchema, objectType: "schema", privileges: ["USAGE"] }],
    [
      "on all tables of a schema",
      grant,
      { ...inSchema, objectType: "table", privileges: ["SELECT", "INSERT"] },
    ],
    [
      "on one table",
      grant,
      { ...inSchema, objectType: "table", objects: ["second"], privileges: ["DELETE", "SELECT", "INSERT"] },
    ],
    ["on sequences", grant, { ...inSchema, objectType: "sequence", privileges: ["USAGE"] }],
    ["on a database", grant, { ...target, objectType: "database", privileges: ["CONNECT", "TEMPORARY"] }],
    [
      "of everyone on a schema",
      grant,
      { ...target, role: "public", schema: "spare", objectType: "schema", privileges: ["CREATE", "USAGE"] },
    ],
    [
      "on future tables",
      defaultPrivileges,
      { ...inSchema, owner: "postgres", objectType: "table", privileges: ["ALL"] },
    ],
    ["of a group", grantRole, { role: ROLE, grantRole: "pg_signal_backend" }],
  ] as const;

  beforeAll(async () => {
    await sql("CREATE TABLE first (a int); CREATE TABLE second (b serial); CREATE SCHEMA spare");
  });

  it.each(cases)("%s are granted, observed, revoked and deleted", async (what, handler, declared) => {
    const inputs = (await checked(handler as typeof grant, declared as never)) as never;
    const { id } = await (handler as typeof grant).create(inputs, context);
    expect(await drift(handler as typeof grant, id, inputs)).toEqual({});
    const state = { inputs, outputs: inputs };
    await (handler as typeof grant).update(id, state, inputs, context);
    await (handler as typeof grant).delete(id, state, context);
    const gone = what === "of a group" ? undefined : { privileges: "update" };
    expect(await drift(handler as typeof grant, id, inputs)).toEqual(gone);
    await (handler as typeof grant).delete(id, state, context);
  });

  it("take effect for the role, and on tables created later", async () => {
    const later = { ...inSchema, owner: "postgres", objectType: "table", privileges: ["SELECT"] } as const;
    await defaultPrivileges.create({ ...later, privileges: [...later.privileges] }, context);
    await sql("CREATE TABLE third (c int)");
    expect((await sql("SELECT * FROM third", ROLE, PASSWORD)).rows).toEqual([]);
    await expect(sql("INSERT INTO third VALUES (1)", ROLE, PASSWORD)).rejects.toThrow("permission denied");
    await expect(sql("SELECT * FROM first", ROLE, PASSWORD)).rejects.toThrow("permission denied");
  });

  it("that are missing on one table show as drift", async () => {
    const tables = { ...inSchema, objectType: "table" as const, privileges: ["SELECT"] };
    const { id } = await grant.create(tables, context);
    await sql(`REVOKE SELECT ON second FROM "Wri""ter"`);
    expect(await drift(grant, id, tables)).toEqual({ privileges: "update" });
  });
});

describe("deleting a role", () => {
  it("drops its privileges and keeps its objects", async () => {
    await sql(`GRANT CREATE ON SCHEMA public TO "Wri""ter"`);
    await sql("CREATE TABLE owned (d int)", ROLE, PASSWORD);
    const inputs = { name: ROLE };
    await role.delete(ROLE, { inputs, outputs: inputs }, context);
    expect(await role.read(ROLE, { inputs })).toBeUndefined();
    expect((await sql("SELECT tableowner FROM pg_tables WHERE tablename = 'owned'")).rows).toEqual([
      { tableowner: "postgres" },
    ]);
    await role.delete(ROLE, { inputs, outputs: inputs }, context);
  });

  it("makes its grants read as deleted, and deleting them succeeds", async () => {
    const inputs = {
      role: ROLE,
      database: DATABASE,
      schema: "public",
      objectType: "schema" as const,
      privileges: ["USAGE"],
    };
    expect(await grant.read("id", { inputs })).toBeUndefined();
    await grant.delete("id", { inputs, outputs: inputs }, context);
  });
});

describe("an unreachable server", () => {
  it("is an error that names its address", async () => {
    const away = await freePort();
    configurePostgres({ host: "127.0.0.1", port: away, password: "s3cr3t", sslmode: "disable" });
    await expect(role.read("any", {})).rejects.toThrow(`Postgres at 127.0.0.1:${away}: connect ECONNREFUSED`);
  });
});
