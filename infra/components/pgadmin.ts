import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { pulledImage } from "./images.ts";
import { generatedPassword, pgpassLine, type RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { once, serviceContainer, stackVolume } from "./service.ts";

export interface PgAdminArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Host port of the web page. */
  port: number;
  /** The role that the registered server is opened with. */
  reader: RoleAccess;
}

const PASSWORD = "/run/secrets/pgadmin-password";
const PGPASS = "/run/secrets/pgpass";

/** pgAdmin with the pipeline's server registered, opened without asking for its password. */
export class PgAdmin extends pulumi.ComponentResource {
  /** An address that pgAdmin's own check of e-mail domains accepts. */
  readonly email = "admin@commerce-pipeline.dev";
  readonly password: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly container: docker.Container;

  constructor(name: string, args: PgAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:PgAdmin", name, {}, opts);
    const image = pulledImage(`${name}-image`, args.image, this);
    const data = stackVolume(`${name}-data`, args.scope, this);
    this.password = generatedPassword(`${name}-password`, this);

    this.container = serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: "pgadmin",
        image,
        ports: [{ internal: 5050, external: args.port }],
        volumes: [{ volume: data, path: "/var/lib/pgadmin" }],
        environment: {
          PGADMIN_DEFAULT_EMAIL: this.email,
          PGADMIN_DEFAULT_PASSWORD_FILE: PASSWORD,
          PGADMIN_LISTEN_PORT: "5050",
          PGADMIN_DISABLE_POSTFIX: "True",
          // Copied to where the server's `passfile` is looked up: `/.pgpass` in the user's own storage.
          PGPASS_FILE: PGPASS,
          // No password is saved, so none has to protect the saved ones.
          PGADMIN_CONFIG_MASTER_PASSWORD_REQUIRED: "False",
          // A page on loopback with one user: no upgrade check, no nagging.
          PGADMIN_CONFIG_UPGRADE_CHECK_ENABLED: "False",
          GUNICORN_THREADS: "4",
        },
        files: [
          { file: PASSWORD, content: this.password },
          { file: PGPASS, content: pgpassLine(args.reader) },
          { file: "/pgadmin4/servers.json", content: serverList(args.reader) },
        ],
        healthCheck: "bash -c '</dev/tcp/localhost/5050'",
        memory: 512,
      },
      { parent: this },
    );
    this.url = once(this.container, `http://127.0.0.1:${args.port}`);
    this.registerOutputs({ url: this.url });
  }
}

/** pgAdmin's import format for servers. */
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
