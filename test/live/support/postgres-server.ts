/** A Postgres server for one test file. */
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import type { PostgresConnection } from "../../../plugins/commerce/clients/postgres.ts";
import { testImage } from "../plugins/support.ts";
import { docker } from "./docker.ts";
import { testName } from "./leftovers.ts";
import { eventually } from "./wait.ts";

export interface PostgresServer {
  /** The name of its container, which is also its host name in the network. */
  readonly host: string;
  /** Available once the first test runs. */
  readonly connection: PostgresConnection;
  /** Runs statements on a new connection, as the owner or another user. */
  sql(text: string, user?: string, options?: string): Promise<pg.QueryResult>;
}

const PASSWORD = "owner";

/** @param network the Docker network to join */
export function usePostgres(name: string, network = "bridge"): PostgresServer {
  const container = testName(name);
  let connection: PostgresConnection | undefined;
  const remove = () => docker("rm", "--force", "--volumes", container).catch(() => undefined);
  const server: PostgresServer = {
    host: container,
    get connection() {
      if (connection === undefined) throw new Error(`${container} is only available in tests`);
      return connection;
    },
    async sql(text, user = "postgres", options = "") {
      const client = new pg.Client({ ...server.connection, user, options });
      try {
        await client.connect();
        return await client.query(text);
      } finally {
        await client.end();
      }
    },
  };

  beforeAll(async () => {
    await remove();
    const environment = ["--env", `POSTGRES_PASSWORD=${PASSWORD}`, "--env", "POSTGRES_DB=shop"];
    const reachable = ["--network", network, "--publish", "127.0.0.1::5432"];
    await docker("run", "--detach", "--name", container, ...environment, ...reachable, testImage());
    const port = Number((await docker("port", container, "5432")).split(":").at(-1));
    connection = { host: "127.0.0.1", port, database: "shop", user: "postgres", password: PASSWORD };
    await eventually(`${container} to serve`, () => server.sql("SELECT 1"));
  });
  afterAll(remove);
  return server;
}
