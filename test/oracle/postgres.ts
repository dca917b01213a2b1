/** Reads the tables with an independent Postgres client. Every value is the text that Postgres prints. */
import pg from "pg";
import { type Row, TABLES, type Tables } from "./tables.ts";

export class Postgres {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async with<T>(url: string, use: (postgres: Postgres) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => String } });
    await client.connect();
    try {
      await client.query("SET datestyle = 'ISO'; SET bytea_output = 'hex'; SET timezone = 'UTC'");
      return await use(new Postgres(client));
    } finally {
      await client.end();
    }
  }

  async query(sql: string): Promise<Row[]> {
    return (await this.#client.query(sql)).rows;
  }

  /** All tables in one snapshot, with every column. */
  async tables(): Promise<Tables> {
    await this.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      const tables: Partial<Tables> = {};
      for (const name of TABLES) tables[name] = await this.query(`SELECT * FROM ${name}`);
      return tables as Tables;
    } finally {
      await this.query("COMMIT");
    }
  }
}
