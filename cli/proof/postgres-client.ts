import type { Client } from "pg";
import { openPostgres } from "../postgres.ts";
import type { StoredTransaction, TableClient, Totals } from "./clients.ts";
import { proofCurrency } from "./event.ts";
import { parseMoney } from "./money.ts";

export interface PostgresProofClient extends TableClient {
  close(): Promise<void>;
}

/** An arbitrary number of the proof's own: two proofs at once would see each other's sums. */
const lockKey = 785_190_427;

/**
 * One statement, so that all of it sees the same rows. Days and months have no category, so events of others in the test
 * currency may share their rows.
 */
const removeOwnRows = `
  WITH raw AS (
    DELETE FROM transactions USING proof_events
    WHERE transactions.transactionId = proof_events.transactionId
    RETURNING transactionDate::date AS day),
  others AS MATERIALIZED (
    SELECT category, transactionDate::date AS day FROM transactions
    WHERE currency = $1 AND transactionType IN ('purchase', 'refund')
      AND transactionId NOT IN (SELECT transactionId FROM proof_events)),
  late AS (
    DELETE FROM late_events USING proof_events
    WHERE late_events.transactionId = proof_events.transactionId
    RETURNING 1),
  categories AS (
    DELETE FROM sales_per_category
    WHERE currency = $1 AND total_sales = 0
      AND category IN (SELECT transactionId FROM proof_events) AND category NOT IN (SELECT category FROM others)
    RETURNING 1),
  days AS (
    DELETE FROM sales_per_day
    WHERE currency = $1 AND total_sales = 0
      AND sale_day IN (SELECT day FROM raw) AND sale_day NOT IN (SELECT day FROM others)
    RETURNING 1),
  months AS (
    DELETE FROM sales_per_month
    WHERE currency = $1 AND total_sales = 0
      AND make_date(year_num, month_num, 1) IN (SELECT date_trunc('month', day)::date FROM raw)
      AND make_date(year_num, month_num, 1) NOT IN (SELECT date_trunc('month', day)::date FROM others)
    RETURNING 1)
  SELECT count(*) FROM (
    SELECT FROM raw UNION ALL SELECT FROM late UNION ALL SELECT FROM categories
    UNION ALL SELECT FROM days UNION ALL SELECT FROM months) AS removed`;

/** Reads and removes the proof's own rows. Its one connection is opened when needed, and again after it is lost. */
export function postgresProofClient(url: string): PostgresProofClient {
  let client: Client | undefined;

  const connect = async (): Promise<Client> => {
    const fresh = await openPostgres(url, {
      command: "proof",
      statementTimeoutMs: 10_000,
      onLost: () => {
        client = undefined;
      },
    });
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

    async totals({ category, at }): Promise<Totals> {
      const [row] = await query<Record<"category" | "day" | "month", string | null>>(
        `SELECT
           (SELECT total_sales FROM sales_per_category WHERE category = $2 AND currency = $1)::text AS category,
           (SELECT total_sales FROM sales_per_day WHERE sale_day = $3::date AND currency = $1)::text AS day,
           (SELECT total_sales FROM sales_per_month
             WHERE year_num = $4 AND month_num = $5 AND currency = $1)::text AS month`,
        [proofCurrency, category, at.toISOString().slice(0, 10), at.getUTCFullYear(), at.getUTCMonth() + 1],
      );
      return {
        sales_per_category: parseMoney(row?.category),
        sales_per_day: parseMoney(row?.day),
        sales_per_month: parseMoney(row?.month),
      };
    },

    async record({ transactionId }) {
      await query("INSERT INTO proof_events VALUES ($1) ON CONFLICT DO NOTHING", [transactionId]);
    },

    async removeRows() {
      const [removed] = await query<{ count: string }>(removeOwnRows, [proofCurrency]);
      return Number(removed?.count ?? 0);
    },

    async close() {
      await client?.end().catch(() => undefined);
    },
  };
}
