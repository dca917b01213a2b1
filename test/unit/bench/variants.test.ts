import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { planFrom } from "../../../bench/plan.ts";
import { fill, type Job } from "../../../bench/sql.ts";
import { VARIANTS } from "../../../bench/variants.ts";
import { addressOf, CONSUMER_GROUP, SERVICES, TOPIC, writerJdbcUrl } from "../../../facts/pipeline.ts";
import { splitStatements } from "../../../plugins/commerce/sql/statements.ts";

/** The project's own SQL, rendered as its stack does. */
function job(deliveries: string): Job {
  const names = fs
    .readdirSync("sql/flink")
    .filter((name) => !name.startsWith("25-") || name.includes(deliveries));
  const parameters = {
    kafkaBootstrapServers: addressOf(SERVICES.kafka),
    topic: TOPIC,
    consumerGroup: CONSUMER_GROUP,
    jdbcUrl: writerJdbcUrl(),
    earliestEventDate: "1970-01-01",
    latestEventDate: "2099-12-31",
  };
  const files = names.sort().map((name) => ({
    path: `sql/flink/${name}`,
    sql: fill(fs.readFileSync(`sql/flink/${name}`, "utf8"), parameters),
  }));
  return { files, settings: { "parallelism.default": "2", "execution.checkpointing.interval": "10000 ms" } };
}

describe("each variant", () => {
  const jobs = { everything: job("numbered"), withoutDeduplication: job("as-they-come") };
  const target = { topic: "other_topic", consumerGroup: "other_group", schema: "other_schema" };

  it.each(VARIANTS)(
    "$name reads the benchmark's topic, writes to its schema and is one job",
    ({ name, job }) => {
      const { files } = job(jobs, target);
      const text = files.map(({ sql }) => sql).join("\n");
      expect(text).toContain("'topic' = 'other_topic'");
      expect(text).not.toContain(`${TOPIC}'`);
      expect(text.includes("currentSchema=other_schema")).toBe(name !== "blackhole");
      expect(splitStatements(files).filter(({ text }) => text.startsWith("EXECUTE"))).toHaveLength(1);
      expect(text.match(/^INSERT INTO/gm)?.length).toBeGreaterThan(0);
    },
  );

  it("is measured by the full run", () => {
    const chosen = planFrom([]);
    const drains = chosen === "help" ? [] : chosen.plan.drains;
    expect([...new Set(drains)].sort()).toEqual(VARIANTS.map(({ name }) => name).sort());
  });
});
