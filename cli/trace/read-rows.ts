/** What the tables have of one event, read as the reader. */
import { ACCOUNT_TABLE, PROOF_TABLE } from "../../facts/pipeline.ts";
import { asText, openPostgres } from "../postgres.ts";
import { type DeadLetter, isDelivery, type Row, type TableFacts } from "./facts.ts";

const MOST_ROWS = 200;

/** Where a sale is summed; each is left out where a project has no such table. */
const sums: readonly { table: string; where: string }[] = [
  { table: "sales_per_category", where: "s.category = t.category AND s.currency = t.currency" },
  { table: "sales_per_day", where: "s.sale_day = t.transactionDate::date AND s.currency = t.currency" },
  {
    table: "sales_per_month",
    where:
      "s.year_num = extract(year FROM t.transactionDate) AND s.month_num = extract(month FROM t.transactionDate) AND s.currency = t.currency",
  },
  {
    table: "sales_per_minute",
    where:
      "s.window_end = date_trunc('minute', t.transactionDate) + interval '1 minute' AND s.currency = t.currency AND s.category = t.category AND t.currency <> 'XTS' AND NOT EXISTS (SELECT FROM late_events l WHERE l.transactionId = t.transactionId)",
  },
];

/** @throws Error when Postgres does not answer */
export async function readTableFacts(url: string, id: string): Promise<TableFacts> {
  const client = await openPostgres(url, { command: "trace", statementTimeoutMs: 30_000 });
  const query = async (text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Record<string, string | null>>({ text, values, types: asText })).rows;
  try {
    const tables = await query(
      "SELECT table_name AS name, bool_or(column_name = 'transactionid') AS has_id FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1",
    );
    const exists = (table: string) => tables.some(({ name }) => name === table);
    const rows: Record<string, Row[]> = {};
    for (const { name } of tables.filter(({ has_id }) => has_id === "t")) {
      const table = client.escapeIdentifier(name ?? "");
      const found = await query(`SELECT * FROM ${table} WHERE transactionId = $1 LIMIT ${MOST_ROWS}`, [id]);
      if (found.length > 0) rows[name ?? ""] = found;
    }
    const counted: Record<string, Row[]> = {};
    if (rows.transactions !== undefined) {
      for (const { table, where } of sums.filter((one) => exists(one.table) && exists("late_events"))) {
        const found = await query(
          `SELECT s.* FROM ${table} s JOIN transactions t ON ${where} WHERE t.transactionId = $1 AND t.transactionType <> 'transfer'`,
          [id],
        );
        if (found.length > 0) counted[table] = found;
      }
    }
    const positions = exists(ACCOUNT_TABLE)
      ? await query(`SELECT kafka_partition AS partition, next_offset AS next FROM ${ACCOUNT_TABLE}`)
      : [];
    return {
      rows: withProofLast(rows),
      sums: counted,
      deadLetters: exists("dead_letters") ? await deadLetters(query, id) : [],
      next: new Map(positions.map(({ partition, next }) => [Number(partition), BigInt(next ?? 0)])),
    };
  } finally {
    await client.end();
  }
}

async function deadLetters(
  query: (text: string, values: unknown[]) => Promise<Row[]>,
  id: string,
): Promise<DeadLetter[]> {
  const found = await query(
    `SELECT kafka_partition, kafka_offset, reason, received_at, encode(payload, 'hex') AS payload FROM dead_letters WHERE position(convert_to($1, 'UTF8') IN payload) > 0 LIMIT ${MOST_ROWS}`,
    [id],
  );
  return found
    .map((row) => ({
      partition: Number(row.kafka_partition),
      offset: BigInt(row.kafka_offset ?? 0),
      reason: row.reason ?? "",
      receivedAt: row.received_at ?? "",
      payload: Buffer.from(row.payload ?? "", "hex"),
    }))
    .filter(({ payload }) => isDelivery(payload, id));
}

function withProofLast({ [PROOF_TABLE]: proof, ...rows }: Record<string, Row[]>): Record<string, Row[]> {
  return { ...rows, ...(proof !== undefined && { [PROOF_TABLE]: proof }) };
}
