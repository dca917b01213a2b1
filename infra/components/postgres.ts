import * as fs from "node:fs";
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PostgresConnection } from "../resources/schema.ts";
import { pulledImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { once, serviceContainer, stackVolume } from "./service.ts";

export interface PostgresArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Host port of the server. */
  port: number;
  /** Whether its data outlives a destroy. */
  retain: boolean;
  /** Labels by which an Agent finds the server; there with or without one, so that adding it restarts nothing. */
  labels?: Record<string, string>;
}

const OWNER = "postgres";
const START = "/usr/local/bin/start-postgres.sh";

/** Where a role connects to from within the stack's network. */
export interface RoleAccess {
  host: string;
  port: number;
  database: string;
  user: pulumi.Output<string>;
  password: pulumi.Output<string>;
}

/** A Postgres server with the pipeline's database. Roles are made by `role`, tables by the `Schema` resource. */
export class Postgres extends pulumi.ComponentResource {
  static readonly database = "kafka_commerce";
  readonly container: docker.Container;
  /** Holds tables and roles: what lives in it outlives the container. */
  readonly data: docker.Volume;
  /** As the owner of database and tables, from this machine. */
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

    this.container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: "postgres",
        image,
        ports: [{ internal: 5432, external: args.port }],
        volumes: [{ volume: this.data, path: "/var/lib/postgresql/data" }],
        environment: {
          POSTGRES_USER: OWNER,
          POSTGRES_DB: Postgres.database,
          POSTGRES_PASSWORD_FILE: "/run/secrets/postgres-password",
        },
        command: ["sh", START, "postgres"],
        files: [
          { file: "/run/secrets/postgres-password", content: password },
          { file: START, content: startScript() },
        ],
        // Over TCP: while the entry point initialises the data folder, the server listens on its socket only.
        healthCheck: `pg_isready --quiet --host=127.0.0.1 --username=${OWNER} --dbname=${Postgres.database}`,
        labels: args.labels,
        memory: 512,
        stopGrace: 30,
      },
      { parent: this },
    );

    const host = once(this.container, "127.0.0.1");
    this.connection = { host, port: args.port, database: Postgres.database, user: OWNER, password };
    this.ownerUrl = this.url(OWNER, password);
    this.provider = new postgresql.Provider(
      `${name}-server`,
      { host, port: args.port, username: OWNER, password, database: Postgres.database, sslmode: "disable" },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /**
   * A login role with the given privileges (none: no table at all) on every table that the owner makes, now
   * or later.
   *
   * The privileges are defaults of the owner's, set before any table is there: a table added by a later
   * change of the DDL gets them at birth, without a moment in which it lacks them.
   */
  role(
    name: string,
    tablePrivileges: string[],
    memberOf: string[] = [],
  ): { access: RoleAccess; resources: pulumi.Resource[] } {
    // Left in retained data, they would be in the way of those that the next `up` makes.
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
          database: Postgres.database,
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
          database: Postgres.database,
          schema: "public",
          owner: OWNER,
          objectType: "table",
          privileges: [...tablePrivileges].sort(),
        },
        // Postgres answers "tuple concurrently updated" to two changes of one catalogue row.
        { ...opts, dependsOn: [schema] },
      );
      resources.push(schema, tables);
    }
    return {
      access: { host: "postgres", port: 5432, database: Postgres.database, user: role.name, password },
      resources,
    };
  }

  /** A connection URL for clients on this machine. */
  url(user: pulumi.Input<string>, password: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`postgresql://${user}:${password}@127.0.0.1:${this.port}/${Postgres.database}`;
  }
}

/**
 * The image gives the owner a password only when it makes the data folder. A folder that is there already (of a
 * retained volume, or from before a new password) is told the one of today before it is served.
 */
function startScript(): string {
  return fs.readFileSync(path.resolve(__dirname, "start-postgres.sh"), "utf8");
}

/** Letters and digits only: such a password needs no escaping in a URL, a pgpass file or a shell. */
export function generatedPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 32, special: false }, { parent }).result;
}

/** A line of a pgpass file. */
export function pgpassLine(access: RoleAccess): pulumi.Output<string> {
  return pulumi.interpolate`${access.host}:${access.port}:*:${access.user}:${access.password}\n`;
}
