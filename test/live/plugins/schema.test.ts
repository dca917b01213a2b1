import { beforeEach, describe, expect, it } from "vitest";
import { connectPostgres } from "../../../plugins/commerce/clients/postgres.ts";
import {
  recreatedTables,
  type SchemaInputs,
  type SchemaOutputs,
} from "../../../plugins/commerce/schema/diff.ts";
import { SchemaHandler } from "../../../plugins/commerce/schema/schema.ts";
import { usePostgres } from "../support/postgres-server.ts";
import { testContext } from "./support.ts";

const server = usePostgres("schema");
const { sql } = server;
const handler = new SchemaHandler(connectPostgres);

const DDL = `
  CREATE TABLE IF NOT EXISTS raw (id text NOT NULL, amount numeric(18, 2) NOT NULL, note text, PRIMARY KEY (id));
  CREATE TABLE IF NOT EXISTS days (day date NOT NULL, total numeric(38, 2) NOT NULL, PRIMARY KEY (day));`;

let inputs: SchemaInputs;
let outputs: SchemaOutputs;
let messages: string[];

/** Refreshes, and updates if something changed, as `commerce up` does. */
async function up(change: Partial<SchemaInputs> = {}): Promise<{ drift: string[]; changed: boolean }> {
  const seen = await handler.read("shop", { inputs, outputs });
  if (!seen) throw new Error("the database is there");
  const news = { ...inputs, ...change };
  const { changes } = handler.diff("shop", seen, news);
  const context = testContext();
  if (changes) ({ outputs } = await handler.update("shop", seen, news, context));
  inputs = news;
  messages = context.messages;
  return { drift: seen.outputs.drift, changed: changes };
}
const ddl = (text: string) => ({ files: [{ path: "tables.sql", sql: text }] });
const rows = async (query: string) => (await sql(query)).rows;
const unchanged = { drift: [], changed: false };

beforeEach(async () => {
  await sql("DROP SCHEMA IF EXISTS commerce_backup CASCADE; DROP TABLE IF EXISTS raw, days CASCADE");
  inputs = { connection: server.connection, ...ddl(DDL), allowDestructive: false };
  ({ outputs } = await handler.create(inputs, testContext()));
  await sql("INSERT INTO raw VALUES ('a', 1.50, 'x'), ('b', 2.25, NULL)");
  expect(await up()).toEqual(unchanged);
});

describe("changes of the DDL", () => {
  it("that lose data are refused, and leave a copy with allowDestructive", async () => {
    const news = ddl(
      `CREATE TABLE IF NOT EXISTS raw (id text, amount numeric(18, 1) NOT NULL, PRIMARY KEY (id))`,
    );
    await expect(up(news)).rejects.toThrow(
      /column raw.amount changes .*\n.*column raw.note is dropped\n.*table days is dropped/,
    );
    expect(await rows("SELECT note FROM raw WHERE id = 'a'")).toEqual([{ note: "x" }]);
    expect((await sql("SELECT FROM pg_namespace WHERE nspname = 'commerce_backup'")).rowCount).toBe(0);

    await up({ ...news, allowDestructive: true });
    const copies = await rows(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'commerce_backup' ORDER BY 1",
    );
    expect(copies.map(({ tablename }) => tablename.replace(/\d{8}T\d{6}$/, "TIME"))).toEqual([
      "days_TIME",
      "raw_TIME",
    ]);
    expect(messages.join("\n")).toContain(`kept as commerce_backup.${copies[1].tablename}`);
    expect(await rows(`SELECT * FROM commerce_backup."${copies[1].tablename}" ORDER BY id`)).toEqual([
      { id: "a", amount: "1.50", note: "x" },
      { id: "b", amount: "2.25", note: null },
    ]);
    expect(await rows("SELECT * FROM raw ORDER BY id")).toEqual([
      { id: "a", amount: "1.5" },
      { id: "b", amount: "2.3" },
    ]);
    expect(await up()).toEqual(unchanged);
  });

  it("are listed or refused by a preview, which changes nothing", async () => {
    const preview = async (files: SchemaInputs["files"], allowDestructive = false) => {
      const context = { ...testContext(), preview: true };
      const state = { inputs, outputs };
      const updated = await handler.update("shop", state, { ...inputs, files, allowDestructive }, context);
      return { messages: context.messages, ...updated };
    };
    const wider = ddl(DDL.replace("note text", "note text, more text")).files;
    const previewed = await preview(wider);
    expect(previewed.messages).toEqual(["column raw.more is added"]);
    expect(previewed.outputs).toMatchObject({ tables: ["days", "raw"], columns: outputs.columns });
    const narrower = ddl(DDL.replace(", note text", "")).files;
    await expect(preview(narrower)).rejects.toThrow("column raw.note is dropped");
    expect((await preview(narrower, true)).messages).toEqual([
      "column raw.note is dropped, after a copy of the table to schema commerce_backup",
    ]);
    expect(await rows("SELECT * FROM raw WHERE id = 'a'")).toEqual([{ id: "a", amount: "1.50", note: "x" }]);
  });

  it("that add a NOT NULL column add the constraint once every row has a value", async () => {
    await up(ddl(DDL.replace("note text", "note text, fee numeric(18, 2) NOT NULL")));
    expect(messages).toContainEqual(expect.stringContaining("column raw.fee is NULL in rows that lack it"));
    expect(await up()).toEqual(unchanged);
    await sql("UPDATE raw SET fee = 0");
    expect(await up()).toEqual({ drift: ["column raw.fee no longer allows NULL"], changed: true });
    expect(await up()).toEqual(unchanged);
    await expect(sql("INSERT INTO raw VALUES ('c', 1, NULL, NULL)")).rejects.toThrow("not-null");
  });
});

describe("changes by hand", () => {
  it("of a dropped table are detected and repaired, with a warning that its rows need a replay", async () => {
    const before = outputs.columns ?? {};
    await sql("DROP TABLE raw");
    expect((await up()).drift).toEqual(["table raw is created"]);
    expect(messages).toContainEqual(expect.stringContaining("raw was recreated"));
    expect(recreatedTables(before, outputs.columns ?? {})).toEqual(["raw"]);
    expect(await up()).toEqual(unchanged);
  });

  it("of a table that was recreated empty are reported", async () => {
    await sql(`DROP TABLE days; ${DDL}`);
    expect((await up()).drift).toEqual([expect.stringContaining("days was recreated")]);
    expect(await up()).toEqual(unchanged);
  });

  it("of a dropped column are repaired, and the rows are kept", async () => {
    const before = outputs.columns ?? {};
    await sql("ALTER TABLE raw DROP COLUMN amount");
    expect((await up()).drift).toContain("column raw.amount is added");
    expect(await rows("SELECT id, amount FROM raw ORDER BY id")).toEqual([
      { id: "a", amount: null },
      { id: "b", amount: null },
    ]);
    expect(recreatedTables(before, outputs.columns ?? {})).toEqual(["raw"]);
    expect(await up()).toEqual(unchanged);
  });

  it("of the key are refused, or the table is recreated after a copy", async () => {
    await sql("ALTER TABLE raw DROP COLUMN id");
    await expect(up()).rejects.toThrow("table raw, whose rows lack the key column id, is recreated, empty");
    await up({ allowDestructive: true });
    expect((await sql("SELECT id FROM raw")).rowCount).toBe(0);
    const [copy] = await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'commerce_backup'");
    expect((await sql(`SELECT FROM commerce_backup."${copy.tablename}"`)).rowCount).toBe(2);
  });

  it("that add a column are reported once and kept, or dropped after a copy with allowDestructive", async () => {
    await sql("ALTER TABLE raw ADD COLUMN checked_by text");
    await sql("UPDATE raw SET checked_by = 'me'");
    expect((await up()).drift).toEqual(["column raw.checked_by is not in the DDL"]);
    expect(messages).toEqual(["column raw.checked_by is not in the DDL: it is left unchanged"]);
    expect(await up()).toEqual(unchanged);
    await up(ddl(DDL.replace("note text", "note text, more text")));
    expect(await rows("SELECT DISTINCT checked_by, more FROM raw")).toEqual([
      { checked_by: "me", more: null },
    ]);

    await up({ allowDestructive: true });
    expect(messages).toContainEqual(
      expect.stringMatching(/checked_by.* is dropped; .* kept as commerce_backup\.raw_\d{8}T\d{6}/),
    );
    await expect(sql("SELECT checked_by FROM raw")).rejects.toThrow("does not exist");
    expect(await up()).toEqual(unchanged);
  });

  it("of a type are reverted if no value is lost", async () => {
    await sql("ALTER TABLE raw ALTER COLUMN amount TYPE double precision");
    expect((await up()).drift).toEqual(["column raw.amount changes from double precision to numeric(18,2)"]);
    expect(await rows("SELECT amount FROM raw ORDER BY id")).toEqual([
      { amount: "1.50" },
      { amount: "2.25" },
    ]);
    expect(await up()).toEqual(unchanged);

    await sql("ALTER TABLE raw ALTER COLUMN amount TYPE numeric(20, 4); UPDATE raw SET amount = 1.2345");
    await expect(up()).rejects.toThrow("column raw.amount changes from numeric(20,4) to numeric(18,2)");
    await sql("ALTER TABLE raw ALTER COLUMN amount TYPE text; UPDATE raw SET amount = 'much'");
    await expect(up()).rejects.toThrow("column raw.amount changes from text to numeric(18,2)");
    await sql("UPDATE raw SET amount = '3.00'");
    await up();
    expect(await up()).toEqual(unchanged);
  });

  it("of privileges are repaired for roles with default privileges", async () => {
    await sql(`CREATE ROLE writer LOGIN PASSWORD 'owner';
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO writer`);
    expect((await up()).drift).toEqual([
      "writer gets INSERT, SELECT on days back",
      "writer gets INSERT, SELECT on raw back",
    ]);
    await sql("REVOKE INSERT ON raw FROM writer; GRANT UPDATE ON raw TO writer");
    expect((await up()).drift).toEqual(["writer gets INSERT on raw back"]);
    await sql("INSERT INTO raw VALUES ('c', 1)", "writer");
    expect(await up()).toEqual(unchanged);
  });

  it("of tables that it does not own are left alone", async () => {
    await sql("CREATE TABLE IF NOT EXISTS mine (x int)");
    expect(await up({ allowDestructive: true })).toMatchObject({ drift: [] });
    expect((await sql("SELECT FROM mine")).rowCount).toBe(0);
  });
});

describe("deleting the tables", () => {
  const remove = (allowDestructive: boolean) => {
    const context = testContext();
    messages = context.messages;
    return handler.delete("shop", { inputs: { ...inputs, allowDestructive }, outputs }, context);
  };

  it("is refused while they have rows, and leaves a copy with allowDestructive", async () => {
    await expect(remove(false)).rejects.toThrow(
      "tables of database shop have rows and would be dropped: raw.",
    );
    expect(await rows("SELECT count(*) FROM raw")).toEqual([{ count: "2" }]);

    await remove(true);
    expect(messages).toEqual([
      expect.stringMatching(
        /^table raw is dropped; a copy of it is kept as commerce_backup\.raw_\d{8}T\d{6}$/,
      ),
    ]);
    expect(await rows("SELECT to_regclass('raw') AS raw, to_regclass('days') AS days")).toEqual([
      { raw: null, days: null },
    ]);
    const [copy] = await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'commerce_backup'");
    expect((await sql(`SELECT FROM commerce_backup."${copy.tablename}"`)).rowCount).toBe(2);
  });

  it("is done without consent if they have none", async () => {
    await sql("DELETE FROM raw");
    await remove(false);
    expect(await rows("SELECT to_regclass('raw') AS raw")).toEqual([{ raw: null }]);
  });

  it("includes the use of another database", async () => {
    const news = { ...inputs, connection: { ...inputs.connection, database: "other" } };
    expect((await handler.check(news, inputs)).failures).toMatchObject([
      { property: "connection", reason: expect.stringContaining("have rows and would be dropped: raw") },
    ]);
    await sql("DELETE FROM raw");
    expect((await handler.check(news, inputs)).failures).toEqual([]);
  });
});
