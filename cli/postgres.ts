/** Connections to the stack's Postgres. */
import { Client } from "pg";

const CONNECTION_TIMEOUT_MS = 5_000;

/** Every value as Postgres writes it. */
export const asText = { getTypeParser: () => (value: string) => value };

interface PostgresOptions {
  /** The command, which Postgres shows as the session's application. */
  readonly command: string;
  /** Ends a statement that takes longer; by default none. */
  readonly statementTimeoutMs?: number;
  /** The connection has been lost; the next query says so, too. */
  onLost?(): void;
}

/** @throws Error when Postgres does not let the role in */
export async function openPostgres(
  url: string,
  { command, statementTimeoutMs, onLost }: PostgresOptions,
): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    application_name: `commerce ${command}`,
  });
  // Without a listener a lost connection would end the process.
  client.on("error", () => onLost?.());
  await client.connect();
  return client;
}
