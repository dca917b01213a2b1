/** What Grafana would not report before somebody looks; test/live/metrics.test.ts checks that the metrics exist. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { SERVICES, type Service } from "../../../facts/pipeline.ts";

const read = (file: string) => readFileSync(new URL(`../../../dashboards/${file}`, import.meta.url), "utf8");

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const { panels, templating }: { panels: Panel[]; templating: { list: { name: string; type: string }[] } } =
  JSON.parse(read("grafana.json"));

describe("the Grafana dashboard", () => {
  it("asks for its data source once", () => {
    expect(templating.list).toMatchObject([{ name: "datasource", type: "datasource" }]);
    const sources = panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(sources)).toEqual(new Set(["${datasource}"]));
  });

  it("has panels with a description and a query each, and ids of their own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description, targets } of panels) {
      if (type === "row") continue;
      expect(description, title).toMatch(/\w+\.$/);
      expect(targets?.length, title).toBeGreaterThan(0);
    }
  });

  it("places no panel on another, and none beyond the 24 columns", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x} ${y}`), title).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
    }
  });
});

it("is scraped at the port of each service that has metrics", () => {
  const { scrape_configs } = parse(read("prometheus.yml"));
  const targets = scrape_configs.flatMap((config: { static_configs: { targets: string[] }[] }) =>
    config.static_configs.flatMap((one) => one.targets),
  );
  const served = Object.values<Service>(SERVICES).filter(({ metricsPort }) => metricsPort !== undefined);
  expect(targets).toEqual(served.map(({ name, metricsPort }) => `${name}:${metricsPort}`));
});
