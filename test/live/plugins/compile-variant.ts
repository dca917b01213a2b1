/** Compiles this project's SQL, with edits, in a real SQL Gateway. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SqlGateway } from "../../../plugins/commerce/clients/sql-gateway.ts";
import { splitStatements } from "../../../plugins/commerce/sql/statements.ts";
import { compileStatement } from "../../../plugins/commerce/statement-set/job-script.ts";
import { type CompiledPlan, parsePlan } from "../../../plugins/commerce/statement-set/plan/compiled-plan.ts";

const FOLDER = join(import.meta.dirname, "../../../sql/flink");

const PARAMETERS: Record<string, string> = {
  kafkaBootstrapServers: "kafka:29092",
  topic: "financial_transactions",
  consumerGroup: "flink_consumer_group",
  jdbcUrl: "jdbc:postgresql://postgres:5432/kafka_commerce?user=flink_writer",
  earliestEventDate: "1970-01-01",
  latestEventDate: "2099-12-31",
};

const SETTINGS = {
  "table.exec.state.ttl": "86400 s",
  "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
  "table.local-time-zone": "UTC",
  "table.plan.force-recompile": "true",
};

/** The statements of a stack that counts each transaction once. */
function sqlOf(): string {
  const files = readdirSync(FOLDER).filter((name) => !name.includes("as-they-come"));
  const text = files
    .sort()
    .map((name) => readFileSync(join(FOLDER, name), "utf8"))
    .join("\n");
  return text.replace(/\$\{(\w+)\}/g, (_placeholder, name: string) => PARAMETERS[name] ?? "");
}

/** @param read reads a file in the gateway's container */
export async function compileVariant(
  gateway: SqlGateway,
  edit: (sql: string) => string,
  read: (path: string) => Promise<string>,
): Promise<CompiledPlan> {
  const file = "/tmp/variant.json";
  await gateway.withSession(SETTINGS, async (session) => {
    for (const statement of splitStatements([{ path: "sql/flink", sql: edit(sqlOf()) }])) {
      const isSet = /^EXECUTE\s+STATEMENT\s+SET/i.test(statement.text);
      await session.execute(isSet ? compileStatement(statement, file) : statement.text);
    }
  });
  return parsePlan(await read(file));
}
