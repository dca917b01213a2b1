import * as fs from "node:fs";
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { pulledImage } from "./images.ts";
import type { RoleAccess } from "./postgres.ts";
import type { Scope } from "./scope.ts";
import { serviceContainer } from "./service.ts";

export interface DatadogArgs {
  scope: Scope;
  network: docker.Network;
  image: string;
  apiKey: pulumi.Output<string>;
  /** Such as `datadoghq.eu`. */
  site: string;
  /** A member of `pg_monitor`, for the Postgres check. */
  monitor: RoleAccess;
}

const folder = path.resolve(__dirname, "../../datadog");
const API_KEY = "/run/secrets/datadog-api-key";

/** Labels by which the Agent finds the Postgres container; no secret is among them. */
export function postgresLabels(scope: Scope): Record<string, string> {
  const text = fs.readFileSync(path.join(folder, "postgres-labels.json"), "utf8");
  return JSON.parse(text.replaceAll("${postgresIdentifier}", postgresIdentifier(scope)));
}

/** The Datadog Agent: every container through Docker's socket, Postgres through its check. Nothing waits for it. */
export class Datadog extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: DatadogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("commerce:pipeline:Datadog", name, {}, opts);
    const image = pulledImage(`${name}-image`, args.image, this);
    const postgresCheck = fs.readFileSync(path.join(folder, "conf.d/postgres.d/conf.yaml"), "utf8");
    this.container = serviceContainer(
      `${name}-agent`,
      {
        scope: args.scope,
        network: args.network,
        service: "datadog-agent",
        image,
        environment: {
          // The Agent wants the variable; the key itself it reads from the file, through its own secret backend.
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
                  .replaceAll("${datadogUser}", user)
                  .replaceAll("${datadogPassword}", password),
              ),
          },
        ],
        hostPaths: [{ host: "/var/run/docker.sock", path: "/var/run/docker.sock" }],
        healthCheck: "agent health",
        memory: 512,
        // A wrong key makes the Agent unhealthy, never the pipeline.
        startTimeout: 0,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function postgresIdentifier(scope: Scope): string {
  return `${scope.prefix}-postgres`;
}
