/** The tables as Postgres has them, read with a client of the test's own. */
import pg from "pg";
import { cents, type Tables, type Totals } from "./oracle.ts";

export type Query = (sql: string, values?: unknown[]) => Promise<Record<string, string>[]>;

/** Runs `use` with a connection; every value comes back as the text that Postgres sent. */
export async function withPostgres<T>(url: string, use: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } });
  await client.connect();
  try {
    return await use(async (sql, values) => (await client.query(sql, values)).rows);
  } finally {
    await client.end();
  }
}

export async function counts(query: Query): Promise<Record<string, number>> {
  const names = ["transactions", "sales_per_category", "sales_per_day", "sales_per_month"];
  const columns = names.map((name) => `(SELECT count(*) FROM ${name}) AS ${name}`);
  const [row = {}] = await query(`SELECT ${columns.join(", ")}`);
  return Object.fromEntries(names.map((name) => [name, Number(row[name])]));
}

/** Every row of every table, in the oracle's own shape, so that the two can be compared whole. */
export async function readTables(query: Query): Promise<Tables> {
  const rows = await query(
    `SELECT transactionId AS "transactionId", userId AS "userId", transactionType AS "transactionType",
            amount, currency, to_char(transactionDate, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "transactionDate",
            category, merchant, location
       FROM transactions`,
  );
  const totals = async (table: string, ...key: string[]): Promise<Totals> =>
    new Map(
      (await query(`SELECT ${key.join(", ")}, total_sales FROM ${table}`)).map((row) => [
        key.map((column) => row[column]).join("|"),
        cents(row.total_sales as string),
      ]),
    );
  return {
    transactions: new Map(
      rows.map((row) => [row.transactionId as string, { ...row, amount: Number(row.amount) }]),
    ) as unknown as Tables["transactions"],
    salesPerCategory: await totals("sales_per_category", "category", "currency"),
    salesPerDay: await totals("sales_per_day", "sale_day", "currency"),
    salesPerMonth: await totals("sales_per_month", "year_num", "month_num", "currency"),
  };
}
