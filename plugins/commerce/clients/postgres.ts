/** Transactions in a Postgres database. */
import pg from "pg";
import { isConnectionCode, retryUntilReachable, unreachable } from "./unreachable.ts";

export interface PostgresConnection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

export type Row = Record<string, unknown>;

export interface Transaction {
  /**
   * Runs one statement.
   *
   * @throws PostgresError
   */
  run(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database {
  /** Commits what `use` does, or rolls it back if `use` throws. */
  transaction<T>(use: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Rolls back what `use` does. */
  rehearsal<T>(use: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Ends the retries. */
  signal?: AbortSignal;
  /** Receives the server's notices, such as "drop cascades to view x". */
  notice?(message: string): void;
}

/** @param timeoutSeconds how long to retry while the server does not answer */
export type ConnectPostgres = (
  connection: PostgresConnection,
  timeoutSeconds: number,
  options?: ConnectOptions,
) => Promise<Database>;

/** The server refused the statement. */
export class PostgresError extends Error {
  /** Within the statement, from 0; undefined if the error has no position. */
  readonly offset?: number;
  /** SQLSTATE, such as 3D000 for a database that does not exist. */
  readonly code?: string;

  constructor(error: pg.DatabaseError) {
    super([error.message, error.detail, error.hint && `Hint: ${error.hint}`].filter(Boolean).join(". "), {
      cause: error,
    });
    this.offset = error.position === undefined ? undefined : Number(error.position) - 1;
    this.code = error.code;
  }
}

/** A name as SQL, in double quotes. */
export const quoteIdentifier = pg.escapeIdentifier;

const CONNECTION_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** A DDL statement that waits for a lock blocks every later statement on the table. */
const LOCK_TIMEOUT_MS = 10_000;
/** SQLSTATEs of a server that is starting or stopping. */
const NOT_SERVING = new Set(["57P01", "57P02", "57P03", "08006", "08001"]);

export const connectPostgres: ConnectPostgres = async (connection, timeoutSeconds, options = {}) => {
  const service = `Postgres at ${connection.host}:${connection.port}, database ${connection.database},`;
  const connect = async () => {
    const candidate = new pg.Client({
      ...connection,
      application_name: "commerce-provider",
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
    });
    // A connection that is lost while idle fails the next query. It must not end the process.
    candidate.on("error", () => undefined);
    candidate.on("notice", (message) => message.message && options.notice?.(message.message));
    try {
      await candidate.connect();
      return candidate;
    } catch (error) {
      await candidate.end().catch(() => undefined);
      const translated = translate(error, service);
      if (translated instanceof PostgresError)
        translated.message = `${service} refuses user ${connection.user}: ${translated.message}`;
      throw translated;
    }
  };
  const client = await retryUntilReachable(timeoutSeconds, connect, options.signal);

  const inTransaction = async <T>(
    end: "COMMIT" | "ROLLBACK",
    use: (transaction: Transaction) => Promise<T>,
  ) => {
    const run = async (text: string, values: readonly unknown[] = []): Promise<Row[]> => {
      try {
        return (await client.query<Row>(text, [...values])).rows;
      } catch (error) {
        throw translate(error, service);
      }
    };
    await run("BEGIN");
    try {
      const result = await use({ run });
      await run(end);
      return result;
    } catch (error) {
      await run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  };

  return {
    transaction: (use) => inTransaction("COMMIT", use),
    rehearsal: (use) => inTransaction("ROLLBACK", use),
    close: () => client.end(),
  };
};

function translate(error: unknown, service: string): unknown {
  if (error instanceof pg.DatabaseError)
    return error.code && NOT_SERVING.has(error.code) ? unreachable(service, error) : new PostgresError(error);
  if (!(error instanceof Error)) return error;
  // pg has neither a class nor a code for these.
  const isLost = /^Connection terminated|^timeout expired/.test(error.message);
  return isLost || isConnectionCode(Reflect.get(error, "code")) ? unreachable(service, error) : error;
}
