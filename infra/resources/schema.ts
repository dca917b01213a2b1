import * as pulumi from "@pulumi/pulumi";
import type { SqlFile } from "../sql.ts";
import { providerVersion } from "./version.ts";

/** How a client reaches a Postgres database. */
export interface PostgresConnection {
  host: pulumi.Input<string>;
  port: pulumi.Input<number>;
  database: pulumi.Input<string>;
  user: pulumi.Input<string>;
  password: pulumi.Input<string>;
}

export interface SchemaArgs {
  /** A connection as the owner of the tables. */
  connection: PostgresConnection;
  /** DDL files. New tables, added columns and widened types are applied in place. */
  files: pulumi.Input<SqlFile[]>;
  /**
   * Allows a change that drops or narrows a column or a table, after a backup. Otherwise such a change is refused. To
   * delete the resource while its tables have rows, it must be applied before.
   * @default false
   */
  allowDestructive?: pulumi.Input<boolean>;
}

/**
 * The tables of a Postgres database, from plain DDL files.
 *
 * @example
 * new Schema("schema", { connection, files: [{ path: "tables.sql", sql: "CREATE TABLE t (id text PRIMARY KEY);" }] });
 */
export class Schema extends pulumi.CustomResource {
  /** The names of the tables that the DDL declares, sorted. */
  declare readonly tables: pulumi.Output<string[]>;
  /** The identity of each column by `table.column`. It changes if the column is dropped and recreated. */
  declare readonly columns: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: SchemaArgs, opts?: pulumi.CustomResourceOptions) {
    const connection = { ...args.connection, password: pulumi.secret(args.connection.password) };
    super(
      "commerce:postgres:Schema",
      name,
      { ...args, connection, tables: undefined, columns: undefined },
      pulumi.mergeOptions({ version: providerVersion }, opts),
    );
  }
}
