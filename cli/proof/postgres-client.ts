import { Client } from "pg";
import type { StoredTransaction, TableClient, Totals } from "./clients.ts";
import { proofCategory, proofCurrency } from "./event.ts";
import { parseMoney } from "./money.ts";

export interface PostgresProofClient extends TableClient {
  close(): Promise<void>;
}

/** An arbitrary number of the proof's own: two proofs at once would see each other's sums. */
const lockKey = 785_190_427;

/** Reads and removes the proof's own rows. Its one connection is opened when needed, and again after it is lost. */
export function postgresProofClient(url: string): PostgresProofClient {
  let client: Client | undefined;

  const connect = async (): Promise<Client> => {
    const fresh = new Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
      application_name: "commerce proof",
    });
    // Without a listener a lost connection would end the process.
    fresh.on("error", () => {
      client = undefined;
    });
    await fresh.connect();
    const { rows } = await fresh.query<{ held: boolean }>("SELECT pg_try_advisory_lock($1) AS held", [
      lockKey,
    ]);
    if (rows[0]?.held !== true) {
      await fresh.end();
      throw new Error("another proof is running");
    }
    return fresh;
  };
  const query = async <Row extends object>(sql: string, values: unknown[]): Promise<Row[]> => {
    client ??= await connect();
    return (await client.query<Row>(sql, values)).rows;
  };

  return {
    async transaction(id): Promise<StoredTransaction | undefined> {
      const [row] = await query<{ type: string; amount: string; currency: string }>(
        `SELECT transactionType AS type, amount::text, currency FROM transactions WHERE transactionId = $1`,
        [id],
      );
      if (row === undefined) return undefined;
      return { transactionType: row.type, amount: parseMoney(row.amount), currency: row.currency };
    },

    async totals(at): Promise<Totals> {
      const [row] = await query<Record<"category" | "day" | "month", string | null>>(
        `SELECT
           (SELECT total_sales FROM sales_per_category WHERE category = $2 AND currency = $1)::text AS category,
           (SELECT total_sales FROM sales_per_day WHERE sale_day = $3::date AND currency = $1)::text AS day,
           (SELECT total_sales FROM sales_per_month
             WHERE year_num = $4 AND month_num = $5 AND currency = $1)::text AS month`,
        [
          proofCurrency,
          proofCategory,
          at.toISOString().slice(0, 10),
          at.getUTCFullYear(),
          at.getUTCMonth() + 1,
        ],
      );
      return {
        sales_per_category: parseMoney(row?.category),
        sales_per_day: parseMoney(row?.day),
        sales_per_month: parseMoney(row?.month),
      };
    },

    async removeRows() {
      const removed = await query<{ count: string }>(
        `WITH raw AS (DELETE FROM transactions WHERE currency = $1 AND category = $2 RETURNING transactionId),
              noted AS (INSERT INTO proof_events SELECT transactionId FROM raw ON CONFLICT DO NOTHING),
              l AS (DELETE FROM late_events WHERE currency = $1 AND category = $2 RETURNING 1),
              c AS (DELETE FROM sales_per_category WHERE currency = $1 AND category = $2 AND total_sales = 0 RETURNING 1),
              d AS (DELETE FROM sales_per_day WHERE currency = $1 AND total_sales = 0 RETURNING 1),
              m AS (DELETE FROM sales_per_month WHERE currency = $1 AND total_sales = 0 RETURNING 1)
         SELECT count(*) FROM (
           SELECT FROM raw UNION ALL SELECT FROM l UNION ALL SELECT FROM c UNION ALL SELECT FROM d UNION ALL SELECT FROM m) AS removed`,
        [proofCurrency, proofCategory],
      );
      return Number(removed[0]?.count ?? 0);
    },

    async close() {
      await client?.end().catch(() => undefined);
    },
  };
}
