import { describe, expect, it } from "vitest";
import type { Database, Row, Transaction } from "../../../../../../plugins/commerce/clients/postgres.ts";
import { shadowTables } from "../../../../../../plugins/commerce/statement-set/replay/shadow-tables.ts";

/** Records the statements, and answers the catalogue queries. */
function scripted(answers: Row[][]): { database: Database; transactions: string[][] } {
  const transactions: string[][] = [];
  const transaction = async <T>(use: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const run: string[] = [];
    transactions.push(run);
    return use({
      run: async (text) => {
        if (/^\s*SELECT/.test(text)) return answers.shift() ?? [];
        run.push(text);
        return [];
      },
    });
  };
  return { database: { transaction, rehearsal: transaction, close: async () => undefined }, transactions };
}

const DROP = 'DROP SCHEMA IF EXISTS "commerce_replay" CASCADE';

describe("shadow tables", () => {
  it("are created like the real tables, with the same privileges", async () => {
    const { database, transactions } = scripted([
      [
        { table: "days", role: "", privileges: "SELECT" },
        { table: "days", role: 'wri"ter', privileges: "INSERT, UPDATE" },
        { table: "raw", role: 'wri"ter', privileges: "INSERT" },
      ],
    ]);
    await shadowTables(database).prepare(["raw", "days"]);
    expect(transactions).toEqual([
      [
        DROP,
        'CREATE SCHEMA "commerce_replay"',
        'CREATE TABLE "commerce_replay"."raw" (LIKE public."raw" INCLUDING ALL)',
        'CREATE TABLE "commerce_replay"."days" (LIKE public."days" INCLUDING ALL)',
        'GRANT USAGE ON SCHEMA "commerce_replay" TO PUBLIC',
        'GRANT USAGE ON SCHEMA "commerce_replay" TO "wri""ter"',
        'GRANT SELECT ON "commerce_replay"."days" TO PUBLIC',
        'GRANT INSERT, UPDATE ON "commerce_replay"."days" TO "wri""ter"',
        'GRANT INSERT ON "commerce_replay"."raw" TO "wri""ter"',
      ],
    ]);
  });

  it("hand their rows to the real tables in one transaction, and are dropped", async () => {
    const { database, transactions } = scripted([
      [
        { table: "days", columns: "day, total" },
        { table: "raw", columns: 'id, "At"' },
      ],
    ]);
    await shadowTables(database).swap(["raw", "days"]);
    expect(transactions).toEqual([
      [
        "SET LOCAL statement_timeout = '15min'",
        'LOCK TABLE public."raw", public."days" IN SHARE ROW EXCLUSIVE MODE',
        'DELETE FROM public."raw"',
        'INSERT INTO public."raw" (id, "At") OVERRIDING SYSTEM VALUE SELECT id, "At" FROM "commerce_replay"."raw"',
        'DELETE FROM public."days"',
        'INSERT INTO public."days" (day, total) OVERRIDING SYSTEM VALUE SELECT day, total FROM "commerce_replay"."days"',
        DROP,
      ],
    ]);
  });

  it("remove what the sinks' journal says about the old rows", async () => {
    const { database, transactions } = scripted([[{ table: "days", columns: "day" }], [{}]]);
    await shadowTables(database).swap(["days"]);
    expect(transactions.flat().slice(-3)).toEqual([
      'DELETE FROM "commerce_sink".journal WHERE target = ANY($1::regclass[])',
      'DELETE FROM "commerce_sink".runs WHERE target = ANY($1::regclass[])',
      DROP,
    ]);
  });

  it("that are missing do not delete rows", async () => {
    const { database, transactions } = scripted([[]]);
    await expect(shadowTables(database).swap(["raw"])).rejects.toThrow("no table commerce_replay.raw");
    expect(transactions.flat().some((sql) => sql.startsWith("DELETE"))).toBe(false);
  });

  it("are dropped with their schema", async () => {
    const { database, transactions } = scripted([]);
    await shadowTables(database).drop();
    expect(transactions).toEqual([[DROP]]);
  });
});
