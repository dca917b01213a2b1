import * as fs from "node:fs";
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { DATABASE, SERVICES, USERS } from "../../facts/pipeline.ts";
import type { PostgresConnection } from "../resources/schema.ts";
import { pulledImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer, stackVolume, whenHealthy } from "./service.ts";

export interface PostgresArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Port of the server on this machine. */
  port: number;
  /** Whether the tables survive a destroy. */
  retain: boolean;
}

const { postgres } = SERVICES;
const DATA = "/var/lib/postgresql/data";
const PASSWORD = "/run/secrets/postgres-password";
const START = "/usr/local/bin/start-postgres.sh";

/** How a role connects from within the stack's network. */
export interface RoleAccess {
  host: string;
  port: number;
  database: string;
  user: pulumi.Output<string>;
  password: pulumi.Output<string>;
}

/**
 * A Postgres server with the pipeline's database. `role` creates roles; the `Schema` resource creates tables.
 *
 * @example
 * const postgres = new Postgres("postgres", { scope, network, image: "postgres:15.18", port: 5432, retain: false });
 * const reader = postgres.role("analyst", ["SELECT"]);
 */
export class Postgres extends pulumi.ComponentResource {
  /** Holds tables and roles, which outlive the container. */
  readonly data: docker.Volume;
  /** For clients on this machine, as the owner of the database and its tables. */
  readonly connection: PostgresConnection;
  readonly ownerUrl: pulumi.Output<string>;
  private readonly port: number;
  private readonly retain: boolean;
  private readonly provider: postgresql.Provider;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Postgres", name, {}, opts);
    this.port = args.port;
    this.retain = args.retain;
    const image = pulledImage(`${name}-image`, args.image, this);
    this.data = stackVolume(`${name}-data`, args.scope, this, args.retain);
    const password = generatedPassword(`${name}-owner-password`, this);

    const container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: postgres.name,
        image,
        ports: [{ internal: postgres.port, external: args.port }],
        volumes: [{ volume: this.data, path: DATA }],
        environment: {
          POSTGRES_USER: USERS.owner,
          POSTGRES_DB: DATABASE,
          POSTGRES_PASSWORD_FILE: PASSWORD,
        },
        command: ["sh", START, "postgres"],
        files: [
          { file: PASSWORD, content: password },
          { file: START, content: startScript() },
        ],
        // A login as from another container: with the password, and by the rules for clients.
        healthCheck:
          `PGPASSWORD=$(cat ${PASSWORD}) PGCONNECT_TIMEOUT=4 psql --host=${postgres.name} ` +
          `--username=${USERS.owner} --dbname=${DATABASE} --no-psqlrc --quiet --command='SELECT' >/dev/null`,
        memory: postgres.memoryLimit,
        stopGrace: 30,
      },
      { parent: this },
    );

    const host = whenHealthy(container, "127.0.0.1");
    this.connection = { host, port: args.port, database: DATABASE, user: USERS.owner, password };
    this.ownerUrl = this.url(USERS.owner, password);
    this.provider = new postgresql.Provider(
      `${name}-server`,
      { host, port: args.port, username: USERS.owner, password, database: DATABASE, sslmode: "disable" },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /**
   * A login role with the given privileges on every table that the owner creates, now or later.
   *
   * They are default privileges of the owner, set before any table exists, so a table that a later change of the DDL
   * adds has them from its creation.
   */
  role(
    name: string,
    tablePrivileges: string[],
    memberOf: string[] = [],
  ): { access: RoleAccess; resources: pulumi.Resource[] } {
    // In retained data, roles must be dropped: they would conflict with those that the next `up` creates.
    const deletedWith = this.retain ? undefined : this.data;
    const opts = { parent: this, provider: this.provider, deletedWith };
    const password = generatedPassword(`${name}-password`, this);
    const role = new postgresql.Role(name, { name, login: true, password, roles: memberOf }, opts);
    const resources: pulumi.Resource[] = [role];
    if (tablePrivileges.length > 0) {
      const schema = new postgresql.Grant(
        `${name}-schema`,
        {
          role: role.name,
          database: DATABASE,
          schema: "public",
          objectType: "schema",
          privileges: ["USAGE"],
        },
        opts,
      );
      const tables = new postgresql.DefaultPrivileges(
        `${name}-tables`,
        {
          role: role.name,
          database: DATABASE,
          schema: "public",
          owner: USERS.owner,
          objectType: "table",
          privileges: [...tablePrivileges].sort(),
        },
        // Postgres fails with "tuple concurrently updated" if two sessions change the same catalogue row.
        { ...opts, dependsOn: [schema] },
      );
      resources.push(schema, tables);
    }
    return {
      access: { host: postgres.name, port: postgres.port, database: DATABASE, user: role.name, password },
      resources,
    };
  }

  /**
   * Lets a role read some tables that exist, and no others.
   *
   * @param schema creates the tables
   */
  grantSelect(name: string, role: pulumi.Output<string>, tables: readonly string[], schema: pulumi.Resource) {
    const deletedWith = this.retain ? undefined : this.data;
    const opts = { parent: this, provider: this.provider, deletedWith, dependsOn: [schema] };
    const usage = new postgresql.Grant(
      `${name}-schema`,
      { role, database: DATABASE, schema: "public", objectType: "schema", privileges: ["USAGE"] },
      opts,
    );
    new postgresql.Grant(
      `${name}-tables`,
      {
        role,
        database: DATABASE,
        schema: "public",
        objectType: "table",
        objects: [...tables].sort(),
        privileges: ["SELECT"],
      },
      { ...opts, dependsOn: [schema, usage] },
    );
  }

  /** A connection URL for clients on this machine. */
  url(user: pulumi.Input<string>, password: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`postgresql://${user}:${password}@127.0.0.1:${this.port}/${DATABASE}`;
  }
}

/**
 * The image initialises the data folder in place, once. The script does it in a way that can be killed, and brings an
 * existing folder (a retained volume, or a renewed password) up to date before the server starts.
 */
function startScript(): string {
  return fs.readFileSync(path.resolve(__dirname, "start-postgres.sh"), "utf8");
}

/** Letters and digits only, which need no escaping in a URL, a pgpass file or a shell. */
export function generatedPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 32, special: false }, { parent }).result;
}

/** A line of a pgpass file. */
export function pgpassLine(access: RoleAccess): pulumi.Output<string> {
  return pulumi.interpolate`${access.host}:${access.port}:*:${access.user}:${access.password}\n`;
}
