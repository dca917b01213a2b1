import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

/** The Agent's image cannot be pulled on this project's machines, so these tests check only the files. */
const read = (file: string) => readFileSync(new URL(`../../../datadog/${file}`, import.meta.url), "utf8");
const check = read("conf.d/postgres.d/conf.yaml");
const labels = read("postgres-labels.json");

const placeholders = (text: string) => {
  const uncommented = text.replaceAll(/^\s*#.*$/gm, "");
  return [...uncommented.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
};

describe("the Agent's files", () => {
  it("use only placeholders that the program fills in", () => {
    expect(placeholders(check)).toEqual([
      "postgresIdentifier",
      "postgresPort",
      "datadogUser",
      "datadogPassword",
      "database",
    ]);
    expect(placeholders(labels)).toEqual(["postgresIdentifier"]);
  });

  it("find the Postgres container by its label", () => {
    expect(parse(check).ad_identifiers).toEqual([JSON.parse(labels)["com.datadoghq.ad.check.id"]]);
    expect(parse(check).instances).toHaveLength(1);
    expect(parse(check).instances[0]).toMatchObject({ host: "%%host%%" });
  });

  it("keep the check from querying pg_stat_io, which it does only with Database Monitoring", () => {
    expect(parse(check).instances[0].dbm).toBe(false);
    expect(check).not.toContain("collect_stat_io_metrics:");
  });

  it("put no secret into a label", () => {
    expect(labels).not.toMatch(/password|apiKey/i);
  });

  it("write the log label as JSON within JSON, as the Agent reads it", () => {
    const logs = JSON.parse(JSON.parse(labels)["com.datadoghq.ad.logs"]);
    expect(logs).toEqual([{ source: "postgresql", service: "postgres" }]);
  });
});
