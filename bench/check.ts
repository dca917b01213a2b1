/** Checks that the tables are exact, to the cent, and lists what is wrong in the original's tables. */

import type { Expected, Totals } from "./dataset/ledger.ts";
import type { Dataset } from "./dataset/load.ts";
import type { Schema } from "./schema.ts";
import type { Job } from "./sql.ts";

/** The first table that differs from what is expected; empty at the end of a drain. Polled, so small tables come first. */
export async function differences(schema: Schema, expected: Expected, job: Job): Promise<string[]> {
  const compare = async (table: string, key: string, totals: Totals): Promise<string[]> => {
    const rows = await schema.query(`SELECT ${key} AS key, total_sales AS total FROM ${table}`);
    const found = new Map(rows.map((row) => [row.key as string, cents(row.total)]));
    const wrong = [...totals].filter(([name, total]) => found.get(name) !== total).length;
    const extra = [...found.keys()].filter((name) => !totals.has(name)).length;
    return wrong + extra === 0 ? [] : [`${table}: ${wrong} of ${totals.size} rows wrong, ${extra} too many`];
  };
  const count = async (table: string, rows: number): Promise<string[]> => {
    const [found] = await schema.query(`SELECT count(*) FROM ${table}`);
    return Number(found?.count) === rows ? [] : [`${table}: ${found?.count} rows instead of ${rows}`];
  };
  const checks: [string, () => Promise<string[]>][] = [
    [
      "sales_per_category",
      () => compare("sales_per_category", "category || '|' || currency", expected.salesPerCategory),
    ],
    ["sales_per_day", () => compare("sales_per_day", "sale_day || '|' || currency", expected.salesPerDay)],
    [
      "sales_per_month",
      () =>
        compare("sales_per_month", "year_num || '|' || month_num || '|' || currency", expected.salesPerMonth),
    ],
    ["dead_letters", () => count("dead_letters", expected.deadLetters)],
    ["duplicates", () => count("duplicates", expected.duplicates)],
    ["transactions", () => count("transactions", expected.transactions)],
    [
      "sales_per_minute",
      () =>
        compare(
          "sales_per_minute",
          "to_char(window_end, 'YYYY-MM-DD HH24:MI') || '|' || currency || '|' || category",
          expected.salesPerMinute,
        ),
    ],
    [
      "transactions",
      async () => {
        const [row] = await schema.query("SELECT sum(amount) AS total FROM transactions");
        const total = cents(row?.total);
        return total === expected.amountCents
          ? []
          : [`transactions: amounts come to ${total} cents instead of ${expected.amountCents}`];
      },
    ],
  ];
  for (const [table, check] of checks) {
    if (!writes(job, table)) continue;
    const found = await check();
    if (found.length > 0) return found;
  }
  return [];
}

/** Like `differences`, by the original's own rules. */
export async function originalDifferences(schema: Schema, { original }: Dataset): Promise<string[]> {
  const rows = await schema.query("SELECT category, total_sales FROM sales_per_category");
  const found = new Map(rows.map((row) => [row.category, Number(row.total_sales)]));
  const wrong = [...original.perCategory].filter(
    // The last digits of a sum of doubles depend on the order of the events.
    ([category, cents]) => Math.abs((found.get(category) ?? 0) - cents / 100) > 1,
  ).length;
  if (wrong > 0) return [`sales_per_category: ${wrong} rows missing`];
  const [row] = await schema.query("SELECT count(*) FROM transactions");
  return Number(row?.count) === original.transactions
    ? []
    : [`transactions: ${row?.count} rows instead of ${original.transactions}`];
}

/** What is wrong in the original's tables by the data contract. */
export async function originalFaults(schema: Schema, { once }: Dataset): Promise<string[]> {
  const one = async (sql: string) => (await schema.query(sql))[0]?.value ?? null;
  const sales = Number(await one("SELECT sum(total_sales) AS value FROM sales_per_category"));
  const truth = [...once.salesPerCategory.values()].reduce((sum, cents) => sum + cents, 0) / 100;
  const overflown = await one("SELECT count(*) AS value FROM sales_per_month WHERE total_sales IS NULL");
  const noAmount = await one("SELECT count(*) AS value FROM transactions WHERE amount IS NULL");
  const noType = await one(
    "SELECT count(*) AS value FROM transactions WHERE transactionType NOT IN ('purchase', 'refund', 'transfer')",
  );
  const stray = await one(
    "SELECT count(*) AS value FROM sales_per_category WHERE round(total_sales::numeric, 2) <> total_sales::numeric",
  );
  const perCent = ((sales / truth - 1) * 100).toFixed(1);
  return [
    "each total adds dollars, pounds and euros",
    `sales come to ${sales.toFixed(2)} in mixed currencies instead of ${truth.toFixed(2)} (+${perCent} %): ` +
      "refunds and transfers added, duplicates and unknown types counted",
    `${overflown} months are NULL, because their sum is too large for DECIMAL(10, 2)`,
    `${noAmount} transactions without an amount and ${noType} of an unknown type are stored as valid ones`,
    `${once.deadLetters - Number(noAmount) - Number(noType)} messages are lost without a trace`,
    `${stray} of the category sums are not whole cents, because DOUBLE rounds`,
  ];
}

function writes(job: Job, table: string): boolean {
  return job.files.some(({ sql }) => new RegExp(`^INSERT INTO ${table}\\b`, "m").test(sql));
}

/** `12.30` is 1230. */
function cents(amount: string | null | undefined): number {
  return Math.round(Number(amount ?? Number.NaN) * 100);
}
