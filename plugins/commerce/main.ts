/** The provider plugin `commerce`: a topic, tables and a Flink job as resources. */
import type { PluginProvider, ResourceHandler } from "../sdk/provider.ts";
import { serve } from "../sdk/server.ts";
import { flinkCluster } from "./clients/flink-rest.ts";
import { connectKafka } from "./clients/kafka-admin.ts";
import { connectPostgres } from "./clients/postgres.ts";
import { sqlGateway } from "./clients/sql-gateway.ts";
import { SchemaHandler } from "./schema/schema.ts";
import { StatementSetHandler } from "./statement-set/statement-set.ts";
import { TopicHandler } from "./topic/topic.ts";

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
