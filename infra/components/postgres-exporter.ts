import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SERVICES } from "../../facts/pipeline.ts";
import { pulledImage } from "./images.ts";
import type { RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface PostgresExporterArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** A role that may read all statistics. */
  access: RoleAccess;
}

const { postgresExporter } = SERVICES;
const USER = "/run/secrets/postgres-user";
const PASSWORD = "/run/secrets/postgres-password";

/**
 * Prometheus's exporter for Postgres. It reads the statistics views each time that it is asked for metrics.
 *
 * @example
 * new PostgresExporter("postgres-exporter", { scope, network, image: "prometheuscommunity/postgres-exporter:v0.19.1", access });
 */
export class PostgresExporter extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:PostgresExporter", name, {}, opts);
    const { host, port, database, user, password } = args.access;
    serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: postgresExporter.name,
        image: pulledImage(`${name}-image`, args.image, this),
        environment: {
          DATA_SOURCE_URI: `${host}:${port}/${database}?sslmode=disable`,
          DATA_SOURCE_USER_FILE: USER,
          DATA_SOURCE_PASS_FILE: PASSWORD,
        },
        files: [
          // From the role, so that the container starts when it exists.
          { file: USER, content: user },
          { file: PASSWORD, content: password },
        ],
        // Its front page: the metrics would be read from Postgres every five seconds. `pg_up` says whether they can be.
        healthCheck: `wget -q -O /dev/null http://127.0.0.1:${postgresExporter.metricsPort}/`,
        memory: postgresExporter.memoryLimit,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
