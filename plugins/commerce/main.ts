/** The provider plugin `commerce`: what lives inside the services, as resources. */
import type { PluginProvider, ResourceHandler } from "../sdk/provider.ts";
import { serve } from "../sdk/server.ts";
import { flinkCluster } from "./clients/flink-rest.ts";
import { connectKafka } from "./clients/kafka-admin.ts";
import { connectPostgres } from "./clients/postgres.ts";
import { sqlGateway } from "./clients/sql-gateway.ts";
import { SchemaHandler } from "./schema/schema.ts";
import { StatementSetHandler } from "./statement-set/statement-set.ts";
import { TopicHandler } from "./topic/topic.ts";

// kafkajs 2.2.4 arms a timer in the past, which does no harm; Node 24 would say so on the plugin's stderr,
// and an engine shows that to the user.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "TimeoutNegativeWarning") console.error(`${warning.name}: ${warning.message}`);
});

const provider: PluginProvider = {
  name: "commerce",
  version: "0.1.0",
  resources: {
    "commerce:kafka:Topic": new TopicHandler(connectKafka) as ResourceHandler,
    "commerce:postgres:Schema": new SchemaHandler(connectPostgres) as ResourceHandler,
    "commerce:flink:StatementSet": new StatementSetHandler({
      gatewayAt: sqlGateway,
      clusterAt: flinkCluster,
      connectPostgres,
      connectKafka,
    }) as ResourceHandler,
  },
};

await serve(provider);
