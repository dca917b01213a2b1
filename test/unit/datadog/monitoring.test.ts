/** Datadog's dashboard and monitors show metrics that exist: published by Datadog's checks, or collected by our labels. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../../infra/components/datadog-checks.ts";
import published from "./published.json" with { type: "json" };

const read = (file: string) => readFileSync(new URL(`../../../datadog/${file}`, import.meta.url), "utf8");
const monitors: { key: string; query: string; message: string; critical: number }[] = JSON.parse(
  read("monitors.json"),
);
const dashboard: { widgets: unknown[] } = JSON.parse(read("dashboard.json"));

/** Metrics that the labels ask for in addition to what a check collects. */
function collected(): string[] {
  const instances = Object.values(CHECKS).flatMap((checks) =>
    Object.entries(checks).flatMap(([check, { instances }]) => instances.map((one) => ({ check, one }))),
  );
  return instances.flatMap(({ check, one }) => {
    const maps = [one.metrics, one.extra_metrics].flat().filter((map) => map !== undefined) as object[];
    const names = maps.flatMap((map) => Object.values(map).map(String));
    const queries = (one.custom_queries ?? []) as { columns: { name: string; type: string }[] }[];
    const columns = queries.flatMap(({ columns }) => columns.filter(({ type }) => type !== "tag"));
    return [
      ...names.map((name) => `${one.namespace ?? check}.${name}`),
      ...names.map((name) => `${one.namespace ?? check}.${name}.count`),
      ...columns.map(({ name }) => `commerce.${name}`),
    ];
  });
}

const known = new Set([
  ...published.postgres.metrics,
  ...published.kafka_consumer.metrics,
  ...published.agent.metrics,
  ...Object.keys(published.kafka.beans),
  ...Object.keys(published.flink.exposed),
  ...collected(),
]);

/** The metrics of `sum:metric{…}`, wherever they are. */
const metricsIn = (text: string) =>
  [...text.matchAll(/(?:sum|avg|max|min):([\w.]+)\{/g)].map(([, metric = ""]) => metric);

describe("the dashboard in Datadog", () => {
  const text = JSON.stringify(dashboard);

  it("shows metrics that exist", () => {
    const shown = metricsIn(text);
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((metric) => !known.has(metric))).toEqual([]);
  });

  it("shows one stack", () => {
    const scopes = [...text.matchAll(/\{([^{}"]*\$\{[^}]*\}[^}]*|\*)\}/g)].map(([, scope]) => scope);
    expect(scopes).toHaveLength(metricsIn(text).length);
    expect(new Set(scopes)).toEqual(new Set(["env:${env}"]));
  });
});

describe("the monitors in Datadog", () => {
  it("are about what can go wrong", () => {
    expect(monitors.map(({ key }) => key)).toEqual([
      "job-not-running",
      "checkpoints-failing",
      "lag-growing",
      "dead-letters",
      "account-open",
      "disk",
    ]);
  });

  it.each(monitors)(
    "$key asks for metrics that exist, of one stack, and repeats its threshold",
    (monitor) => {
      const metrics = metricsIn(monitor.query);
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.filter((metric) => !known.has(metric))).toEqual([]);
      expect(monitor.query.match(/\{env:\$\{env\}\}/g)).toHaveLength(metrics.length);
      expect(monitor.query).toMatch(
        new RegExp(`^(max|min|sum)\\(last_\\d+m\\):.* [<>] ${monitor.critical}$`),
      );
    },
  );
});
