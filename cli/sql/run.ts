import { type Client, DatabaseError, Query } from "pg";
import { messageOf, UserError } from "../errors.ts";
import { asText, openPostgres } from "../postgres.ts";
import { failedStatement } from "./failure.ts";
import type { Cell, Column } from "./rows.ts";

export interface ResultSink {
  /** Called once, before any row; without columns for a statement that returns none. */
  columns(columns: readonly Column[]): void;
  row(cells: readonly Cell[]): void;
}

/**
 * Runs one statement as the role in the URL. Rows are handed over as they arrive.
 *
 * @returns what Postgres says that it has done, such as SELECT
 * @throws UserError that says why it failed
 */
export async function runStatement(
  url: string,
  statement: string,
  sink: ResultSink,
  signal: AbortSignal,
): Promise<string> {
  const client = await openPostgres(url, { command: "sql" }).catch((error: unknown) => {
    throw new UserError(`Postgres does not let the reader in: ${messageOf(error)}`);
  });
  const stop = () => void client.end();
  signal.addEventListener("abort", stop);
  try {
    return await execute(client, statement, sink);
  } catch (error) {
    if (error instanceof DatabaseError) throw failedStatement(statement, error);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await client.end().catch(() => undefined);
  }
}

function execute(client: Client, statement: string, sink: ResultSink): Promise<string> {
  // Postgres takes only one statement in this mode. The typings lack both fields.
  const config = { text: statement, queryMode: "extended", rowMode: "array", types: asText };
  const query = client.query(new Query<Cell[]>(config));
  let isBegun = false;
  const begin = (fields: readonly { name: string; dataTypeID: number }[]) => {
    if (isBegun) return;
    isBegun = true;
    sink.columns(fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })));
  };
  return new Promise((resolve, reject) => {
    query.on("row", (row, result) => {
      begin(result?.fields ?? []);
      sink.row(row);
    });
    query.on("end", (result) => {
      begin(result.fields ?? []);
      resolve(result.command ?? "");
    });
    query.on("error", reject);
  });
}
