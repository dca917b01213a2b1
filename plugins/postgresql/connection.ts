/** Connects to the server in the provider's settings. */
import pg from "pg";
import { onlySettings } from "../sdk/settings.ts";
import type { PropertyMap } from "../sdk/values.ts";

const LONGEST_CONNECT_SECONDS = 30;

let settings: PropertyMap = {};
let lastChange: Promise<unknown> = Promise.resolve();

const SETTINGS = [
  "host",
  "port",
  "username",
  "password",
  "database",
  "sslmode",
  "connectTimeout",
  "superuser",
];

export function configurePostgres(news: PropertyMap): void {
  onlySettings(news, SETTINGS);
  settings = news;
}

/**
 * Runs queries on one connection.
 *
 * @param database default: the one in the provider's settings
 */
export async function query<T>(
  database: string | undefined,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { host = "localhost", port = 5432, username = "postgres", sslmode = "require" } = settings;
  const timeout = Math.min(
    Number(settings.connectTimeout ?? LONGEST_CONNECT_SECONDS),
    LONGEST_CONNECT_SECONDS,
  );
  const client = new pg.Client({
    host: String(host),
    port: Number(port),
    user: String(username),
    password: settings.password === undefined ? undefined : String(settings.password),
    database: database ?? String(settings.database ?? "postgres"),
    ssl: sslmode === "disable" ? false : { rejectUnauthorized: String(sslmode).startsWith("verify") },
    connectionTimeoutMillis: timeout * 1000,
  });
  // If the server goes away between two queries, the second one reports it.
  client.on("error", () => {});
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message || ("code" in error ? error.code : error.name) : error;
    throw new Error(`Postgres at ${host}:${port}: ${reason}`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Runs statements in one transaction. Transactions run one at a time: Postgres refuses concurrent changes of a
 * catalogue row.
 */
export function change(database: string | undefined, statements: (client: pg.Client) => Promise<string[]>) {
  const run = () =>
    query(database, async (client) => {
      await client.query("BEGIN");
      for (const statement of await statements(client)) await client.query(statement);
      await client.query("COMMIT");
    });
  const result = lastChange.then(run, run);
  lastChange = result;
  return result;
}

/** A role's name as SQL; `public` means every role. */
export function roleSql(role: string): string {
  return role.toLowerCase() === "public" ? "PUBLIC" : pg.escapeIdentifier(role);
}
