import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectPostgres, type Database } from "../../../plugins/commerce/clients/postgres.ts";
import {
  SHADOW_SCHEMA,
  type ShadowTables,
  shadowTables,
} from "../../../plugins/commerce/statement-set/replay/shadow-tables.ts";
import { usePostgres } from "../support/postgres-server.ts";

const server = usePostgres("shadow-tables");
const { sql } = server;
let database: Database;
let shadow: ShadowTables;

/** Writes as the job does, with `currentSchema` in its URL. */
const write = (text: string) => sql(text, "writer", `-c search_path=${SHADOW_SCHEMA}`);
const totals = async () => (await sql("SELECT day, total FROM totals ORDER BY day")).rows;
const oid = async () => (await sql("SELECT 'totals'::regclass::oid")).rows[0].oid;
const shadowSchemas = async () =>
  (await sql(`SELECT FROM pg_namespace WHERE nspname = '${SHADOW_SCHEMA}'`)).rowCount;

beforeAll(async () => {
  await sql("CREATE ROLE writer LOGIN PASSWORD 'owner'; CREATE ROLE reader LOGIN PASSWORD 'owner'");
  database = await connectPostgres(server.connection, 30);
  shadow = shadowTables(database);
});
afterAll(() => database?.close());

beforeEach(async () => {
  await sql(`
    DROP SCHEMA IF EXISTS ${SHADOW_SCHEMA} CASCADE;
    DROP TABLE IF EXISTS totals, events, notes CASCADE;
    CREATE TABLE totals (day int PRIMARY KEY, gone text, total numeric(38, 2) NOT NULL CHECK (total >= 0));
    ALTER TABLE totals DROP COLUMN gone, ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED;
    CREATE TABLE events (id text PRIMARY KEY);
    CREATE TABLE notes (note text);
    CREATE VIEW all_time AS SELECT sum(total) AS total FROM totals;
    GRANT SELECT, INSERT, UPDATE, DELETE ON totals, events TO writer;
    GRANT SELECT ON totals, all_time TO reader;
    INSERT INTO totals VALUES (1, 10), (2, 20);
    INSERT INTO notes VALUES ('mine')`);
});

describe("shadow tables", () => {
  it("accept inserts and upserts of the job, which readers do not see before the swap", async () => {
    await shadow.prepare(["totals", "events"]);
    const upsert = (total: number) =>
      `INSERT INTO totals VALUES (1, ${total}) ON CONFLICT (day) DO UPDATE SET total = EXCLUDED.total`;
    await write(upsert(5));
    await write(upsert(11));
    await write("INSERT INTO totals VALUES (3, 30)");
    await expect(write("INSERT INTO totals VALUES (4, -1)")).rejects.toThrow("check constraint");
    expect(await totals()).toEqual([
      { day: 1, total: "10.00" },
      { day: 2, total: "20.00" },
    ]);

    const before = await oid();
    await shadow.swap(["totals", "events"]);
    expect(await totals()).toEqual([
      { day: 1, total: "11.00" },
      { day: 3, total: "30.00" },
    ]);
    expect(await oid()).toBe(before);
    expect((await sql("SELECT total FROM all_time", "reader")).rows).toEqual([{ total: "41.00" }]);
    expect((await sql("SELECT note FROM notes")).rows).toEqual([{ note: "mine" }]);
    expect(await shadowSchemas()).toBe(0);
  });

  it("have the privileges of the real tables", async () => {
    await shadow.prepare(["totals", "events"]);
    const read = (table: string) => sql(`SELECT FROM ${SHADOW_SCHEMA}.${table}`, "reader");
    expect((await read("totals")).rows).toEqual([]);
    await expect(read("events")).rejects.toThrow("permission denied");
  });

  it("start empty after an earlier attempt", async () => {
    await shadow.prepare(["totals"]);
    await write("INSERT INTO totals VALUES (9, 90)");
    await sql(`CREATE VIEW peek AS SELECT * FROM ${SHADOW_SCHEMA}.totals`);
    await shadow.prepare(["totals"]);
    expect((await write("SELECT FROM totals")).rowCount).toBe(0);
  });

  it("start with the rows of the real tables if that is requested", async () => {
    expect(await shadow.exist()).toBe(false);
    await shadow.prepare(["totals", "events"], { copy: true });
    expect(await shadow.exist()).toBe(true);
    await write("UPDATE totals SET total = 12 WHERE day = 1");
    await shadow.swap(["totals", "events"]);
    expect(await totals()).toEqual([
      { day: 1, total: "12.00" },
      { day: 2, total: "20.00" },
    ]);
    expect(await shadow.exist()).toBe(false);
  });

  it("that cannot be swapped do not change the real tables", async () => {
    await shadow.prepare(["totals", "events"]);
    await write("INSERT INTO totals VALUES (7, 70)");
    await sql("ALTER TABLE totals ADD CONSTRAINT small CHECK (total < 50)");
    await expect(shadow.swap(["events", "totals"])).rejects.toThrow("small");
    expect(await totals()).toHaveLength(2);
    await shadow.drop();
    await shadow.drop();
    expect(await shadowSchemas()).toBe(0);
  });

  it("are swapped atomically for readers", async () => {
    const rows = 100_000;
    await sql(`DELETE FROM totals; INSERT INTO totals SELECT n, 1 FROM generate_series(1, ${rows}) AS n`);
    await shadow.prepare(["totals"]);
    await write(`INSERT INTO totals SELECT n, 2 FROM generate_series(1, ${rows}) AS n`);
    const seen = new Set<string>();
    let swapped = false;
    const look = async () => {
      while (!swapped) seen.add((await sql("SELECT total FROM all_time", "reader")).rows[0].total);
    };
    const readers = [look(), look()];
    await shadow.swap(["totals"]);
    seen.add((await sql("SELECT total FROM all_time", "reader")).rows[0].total);
    swapped = true;
    await Promise.all(readers);
    expect([...seen]).toEqual([`${rows}.00`, `${2 * rows}.00`]);
  });
});
