import * as fs from "node:fs";
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SERVICES } from "../../facts/pipeline.ts";
import { answersHttp } from "./health-check.ts";
import { pulledImage } from "./images.ts";
import { generatedPassword, pgpassLine, type RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer, stackVolume, whenHealthy } from "./service.ts";

export interface PgAdminArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Port of the web page on this machine. */
  port: number;
  /** The role that pgAdmin connects as. */
  reader: RoleAccess;
}

const { pgAdmin } = SERVICES;
const PASSWORD = "/run/secrets/pgadmin-password";
const PGPASS = "/run/secrets/pgpass";
const QUERIES = "/pgadmin4/queries";
const START = "/usr/local/bin/start-pgadmin.py";

/**
 * pgAdmin with the pipeline's server registered, so that it opens without asking for the server's password.
 *
 * @example
 * new PgAdmin("pgadmin", { scope, network, image: "dpage/pgadmin4:9.18", port: 5050, reader: role.access });
 */
export class PgAdmin extends pulumi.ComponentResource {
  /** pgAdmin accepts only addresses with a real-looking domain. */
  readonly email = "admin@commerce-pipeline.dev";
  readonly password: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: PgAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:PgAdmin", name, {}, opts);
    const image = pulledImage(`${name}-image`, args.image, this);
    const data = stackVolume(`${name}-data`, args.scope, this);
    this.password = generatedPassword(`${name}-password`, this);

    const container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: pgAdmin.name,
        image,
        entrypoint: ["/venv/bin/python3", START],
        ports: [{ internal: pgAdmin.port, external: args.port }],
        volumes: [{ volume: data, path: "/var/lib/pgadmin" }],
        environment: {
          PGADMIN_DEFAULT_EMAIL: this.email,
          PGADMIN_DEFAULT_PASSWORD_FILE: PASSWORD,
          PGADMIN_LISTEN_PORT: String(pgAdmin.port),
          PGADMIN_DISABLE_POSTFIX: "True",
          // Copied to `/.pgpass` in the user's own storage, where `passfile` is looked up.
          PGPASS_FILE: PGPASS,
          // No passwords are saved, so no master password is needed to protect them.
          PGADMIN_CONFIG_MASTER_PASSWORD_REQUIRED: "False",
          // The version is fixed by the program.
          PGADMIN_CONFIG_UPGRADE_CHECK_ENABLED: "False",
          // The picture would be fetched from another host, which learns the address by it.
          PGADMIN_CONFIG_SHOW_GRAVATAR_IMAGE: "False",
          GUNICORN_THREADS: "4",
        },
        files: [
          { file: PASSWORD, content: this.password },
          { file: PGPASS, content: pgpassLine(args.reader) },
          { file: "/pgadmin4/servers.json", content: serverList(args.reader) },
          { file: START, content: startScript() },
          ...savedQueries(),
        ],
        healthCheck: answersHttp(pgAdmin.port, "/misc/ping"),
        memory: pgAdmin.memoryLimit,
      },
      { parent: this },
    );
    this.url = whenHealthy(container, `http://127.0.0.1:${args.port}`);
    this.registerOutputs({ url: this.url });
  }
}

/** The image creates pgAdmin's database in place, and reads password, servers and pgpass file at that first start only. */
function startScript(): string {
  return fs.readFileSync(path.resolve(__dirname, "start-pgadmin.py"), "utf8");
}

/** The start script copies them to the user's storage. */
function savedQueries(): { file: string; content: string }[] {
  const folder = path.resolve(__dirname, "../../sql/queries");
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".sql")) : [];
  return names.sort().map((name) => ({
    file: `${QUERIES}/${name}`,
    content: fs.readFileSync(path.join(folder, name), "utf8"),
  }));
}

/** The list of servers, in pgAdmin's import format. */
function serverList(reader: RoleAccess): pulumi.Output<string> {
  return reader.user.apply((user) =>
    JSON.stringify({
      Servers: {
        1: {
          Name: "Commerce pipeline",
          Group: "Servers",
          Host: reader.host,
          Port: reader.port,
          MaintenanceDB: reader.database,
          Username: user,
          ConnectionParameters: { sslmode: "disable", passfile: "/.pgpass" },
        },
      },
    }),
  );
}
