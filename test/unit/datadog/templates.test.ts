import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

/** The Agent itself is an image that this project's machines cannot pull: these hold what can be known without it. */
const read = (file: string) => readFileSync(new URL(`../../../datadog/${file}`, import.meta.url), "utf8");
const check = read("conf.d/postgres.d/conf.yaml");
const labels = read("postgres-labels.json");

const placeholders = (text: string) => {
  const uncommented = text.replaceAll(/^\s*#.*$/gm, "");
  return [...uncommented.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
};

describe("the Agent's files", () => {
  it("take the values that the program has, and no others", () => {
    expect(placeholders(check)).toEqual(["postgresIdentifier", "datadogUser", "datadogPassword"]);
    expect(placeholders(labels)).toEqual(["postgresIdentifier"]);
  });

  it("find the Postgres container by the label that it carries", () => {
    expect(parse(check).ad_identifiers).toEqual([JSON.parse(labels)["com.datadoghq.ad.check.id"]]);
    expect(parse(check).instances).toHaveLength(1);
    expect(parse(check).instances[0]).toMatchObject({
      host: "%%host%%",
      port: 5432,
      dbname: "kafka_commerce",
    });
  });

  it("keep the check away from pg_stat_io, which it reads with Database Monitoring only", () => {
    expect(parse(check).instances[0].dbm).toBe(false);
    expect(check).not.toContain("collect_stat_io_metrics:");
  });

  it("put no secret into a label", () => {
    expect(labels).not.toMatch(/password|apiKey/i);
  });

  it("write the log label as the JSON within JSON that the Agent reads", () => {
    const logs = JSON.parse(JSON.parse(labels)["com.datadoghq.ad.logs"]);
    expect(logs).toEqual([{ source: "postgresql", service: "postgres" }]);
  });
});
