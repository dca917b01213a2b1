import * as fs from "node:fs";
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DATADOG_AGENT, SERVICES } from "../../facts/pipeline.ts";
import { pulledImage } from "./images.ts";
import type { RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface DatadogArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  apiKey: pulumi.Output<string>;
  /** A Datadog site such as `datadoghq.eu`. */
  site: string;
  /** A member of `pg_monitor`, for the Postgres check. */
  monitor: RoleAccess;
}

const folder = path.resolve(__dirname, "../../datadog");
const API_KEY = "/run/secrets/datadog-api-key";

/** Labels by which the Agent finds the Postgres container. They contain no secret. */
export function postgresLabels(scope: Scope): Record<string, string> {
  const text = fs.readFileSync(path.join(folder, "postgres-labels.json"), "utf8");
  return JSON.parse(text.replaceAll("${postgresIdentifier}", postgresIdentifier(scope)));
}

/**
 * The Datadog Agent. It watches every container through Docker's socket, and Postgres through its check. Nothing
 * waits for it.
 *
 * @example
 * new Datadog("datadog", { scope, network, image: "datadog/agent:7.83.1", apiKey, site: "datadoghq.eu", monitor: role.access });
 */
export class Datadog extends pulumi.ComponentResource {
  constructor(name: string, args: DatadogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Datadog", name, {}, opts);
    const image = pulledImage(`${name}-image`, args.image, this);
    const postgresCheck = fs.readFileSync(path.join(folder, "conf.d/postgres.d/conf.yaml"), "utf8");
    serviceContainer(
      `${name}-agent`,
      {
        scope: args.scope,
        network: args.network,
        service: DATADOG_AGENT.name,
        image,
        environment: {
          // The Agent requires the variable. It reads the key itself from the file, through its secret backend.
          DD_API_KEY: `ENC[file@${API_KEY}]`,
          DD_SECRET_BACKEND_COMMAND: "/readsecret_multiple_providers.sh",
          DD_SITE: args.site,
          DD_HOSTNAME: args.scope.prefix,
          DD_TAGS: `project:${pulumi.getProject()} stack:${pulumi.getStack()}`,
          DD_LOGS_ENABLED: "true",
        },
        files: [
          { file: API_KEY, content: args.apiKey },
          {
            file: "/etc/datadog-agent/conf.d/postgres.d/conf.yaml",
            content: pulumi
              .all([args.monitor.user, args.monitor.password])
              .apply(([user, password]) =>
                postgresCheck
                  .replaceAll("${postgresIdentifier}", postgresIdentifier(args.scope))
                  .replaceAll("${postgresPort}", String(args.monitor.port))
                  .replaceAll("${database}", args.monitor.database)
                  .replaceAll("${datadogUser}", user)
                  .replaceAll("${datadogPassword}", password),
              ),
          },
        ],
        hostPaths: [{ host: "/var/run/docker.sock", path: "/var/run/docker.sock" }],
        healthCheck: "agent health",
        memory: DATADOG_AGENT.memoryLimit,
        // A wrong key makes the Agent unhealthy; the pipeline must start.
        startTimeout: 0,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function postgresIdentifier(scope: Scope): string {
  return `${scope.prefix}-${SERVICES.postgres.name}`;
}
