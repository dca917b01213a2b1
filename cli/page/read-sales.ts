import { openPostgres } from "../postgres.ts";
import { found } from "../report/found.ts";
import type { Sales } from "./facts.ts";

const CATEGORIES = `SELECT currency, category AS of, total_sales AS total FROM sales_per_category
  ORDER BY currency, total_sales DESC, category`;
const DAYS = `SELECT currency, sale_day::text AS of, total_sales AS total FROM sales_per_day
  WHERE sale_day > (SELECT max(sale_day) FROM sales_per_day) - 31 ORDER BY currency, sale_day`;
const MINUTES = `SELECT extract(epoch FROM window_end AT TIME ZONE 'UTC') * 1000 AS end, sum(sales_count) AS sales
  FROM sales_per_minute WHERE window_end > (SELECT max(window_end) FROM sales_per_minute) - INTERVAL '1 hour'
  GROUP BY 1 ORDER BY 1`;

/** A table that the user has taken out is reported as missing. @throws Error when Postgres does not let the reader in */
export async function readSales(readerUrl: string): Promise<Sales> {
  const client = await openPostgres(readerUrl, { command: "report", statementTimeoutMs: 10_000 });
  try {
    const rows = async <T extends object>(sql: string) => (await client.query<T>(sql)).rows;
    return {
      categories: await found(rows(CATEGORIES)),
      days: await found(rows(DAYS)),
      minutes: await found(
        rows<{ end: string; sales: string }>(MINUTES).then((minutes) =>
          minutes.map(({ end, sales }) => ({ end: Number(end), sales: Number(sales) })),
        ),
      ),
    };
  } finally {
    await client.end();
  }
}
