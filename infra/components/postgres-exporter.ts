import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { addressOf, DATABASE, SERVICES, USERS } from "../../facts/pipeline.ts";
import { pulledImage } from "./images.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface PostgresExporterArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  /** Of the role that it logs in as, which may read all statistics. */
  password: pulumi.Output<string>;
}

const { postgres, postgresExporter } = SERVICES;
const PASSWORD = "/run/secrets/postgres-password";

/**
 * Prometheus's exporter for Postgres. It reads the statistics views each time that it is asked for metrics.
 *
 * @example
 * new PostgresExporter("postgres-exporter", {
 *   scope, network, image: "prometheuscommunity/postgres-exporter:v0.19.1", password: role.access.password,
 * });
 */
export class PostgresExporter extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:PostgresExporter", name, {}, opts);
    serviceContainer(
      name,
      {
        scope: args.scope,
        network: args.network,
        service: postgresExporter.name,
        image: pulledImage(`${name}-image`, args.image, this),
        environment: {
          DATA_SOURCE_URI: `${addressOf(postgres)}/${DATABASE}?sslmode=disable`,
          DATA_SOURCE_USER: USERS.exporter,
          DATA_SOURCE_PASS_FILE: PASSWORD,
        },
        files: [{ file: PASSWORD, content: args.password }],
        // Its front page: the metrics would be read from Postgres every five seconds. `pg_up` says whether they can be.
        healthCheck: `wget -q -O /dev/null http://127.0.0.1:${postgresExporter.metricsPort}/`,
        memory: postgresExporter.memoryLimit,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
