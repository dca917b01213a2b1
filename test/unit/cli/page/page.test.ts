import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PageFacts } from "../../../../cli/page/facts.ts";
import { renderPage } from "../../../../cli/page/page.ts";
import { healthy } from "../doctor/healthy.ts";

const css = readFileSync(new URL("../../../../cli/page/page.css", import.meta.url), "utf8");
const time = Date.UTC(2026, 0, 31, 12);
const { report, containers } = healthy.live;

const facts: PageFacts = {
  time,
  report: { ...report, containers },
  health: "healthy",
  troubles: [],
  samples: {
    ok: true,
    value: [
      { at: 0, arrived: new Map([[0, 10n]]), written: new Map([[0, 10n]]) },
      { at: 200, arrived: new Map([[0, 14n]]), written: new Map([[0, 10n]]) },
      { at: 700, arrived: new Map([[0, 14n]]), written: new Map([[0, 14n]]) },
    ],
  },
  sales: {
    categories: {
      ok: true,
      value: [
        { currency: "CHF", of: "books", total: "12345678901234567.80" },
        { currency: "CHF", of: "refunded", total: "-5.00" },
        { currency: "EUR", of: "books", total: "7" },
      ],
    },
    days: { ok: true, value: [{ currency: "CHF", of: "2026-01-31", total: "19.99" }] },
    minutes: { ok: true, value: [{ end: time, sales: 61 }] },
  },
  checkpoints: {
    ok: true,
    value: [{ id: 7, status: "COMPLETED", at: time - 3_000, durationMs: 41, bytes: 2_048 }],
  },
};

const page = (changes: Partial<PageFacts> = {}) => renderPage({ ...facts, ...changes }, css);
const textOf = (text: string) => text.replace(/<style>[\s\S]*<\/style>/, "").replace(/<[^>]*>/g, " ");

describe("the report page", () => {
  it("shows each part of the pipeline with its state and its numbers", () => {
    const text = textOf(page()).replace(/\s+/g, " ");
    for (const part of ["Producer", "Kafka", "Flink SQL", "Postgres", "pgAdmin"])
      expect(text).toContain(part);
    expect(text).toContain("financial_transactions 100 events 0 of them wait");
    expect(text).toContain("RUNNING for 1 min 05 s");
    expect(text).toContain("transactions 96");
  });

  it("shows throughput and latency as they were watched", () => {
    const text = textOf(page());
    expect(text).toContain("Watched for 0.7 s: 10 events a second arrived.");
    expect(text).toContain(
      "could be read in Postgres 0.5 s after they were in Kafka, the last one after 0.5 s",
    );
  });

  it("adds no currencies together, and shows amounts to the cent", () => {
    const text = textOf(page());
    expect(text).toContain("12,345,678,901,234,567.80");
    expect(text).toContain("-5.00");
    expect(page().match(/<caption>(?:CHF|EUR)<\/caption>/g)).toHaveLength(2);
  });

  it("shows checkpoints, and dead letters by reason", () => {
    const deadLetters = [{ reason: "not JSON: ends after N bytes", events: 3 }];
    const text = textOf(page({ report: { ...facts.report, deadLetters } }));
    expect(text).toMatch(/7\s+completed\s+3.0 s ago\s+41 ms\s+2 KiB/);
    expect(text).toMatch(/not JSON: ends after N bytes\s+3/);
    expect(textOf(page())).toContain("None in the last hour.");
  });

  it("says what is wrong, and why a part is missing", () => {
    const missing = page({
      health: "unhealthy",
      troubles: ["postgres is exited"],
      report: { ...facts.report, containers: [], job: { ok: false, error: "no answer from Flink" } },
      samples: { ok: false, error: "no answer from Kafka" },
      sales: {
        categories: { ok: false, error: 'relation "sales_per_category" does not exist' },
        days: { ok: true, value: [] },
        minutes: { ok: true, value: [] },
      },
      checkpoints: undefined,
    });
    const text = textOf(missing);
    expect(text).toContain("not healthy");
    for (const reason of [
      "postgres is exited",
      "no answer from Flink",
      "no answer from Kafka",
      "no container",
    ])
      expect(text).toContain(reason);
    expect(text).toContain("relation &quot;sales_per_category&quot; does not exist");
    expect(text).toContain("No sales yet.");
  });

  it("loads nothing, and takes values from events as text", () => {
    const hostile = "</style><script>alert(1)</script>";
    const sales = facts.sales && {
      ...facts.sales,
      categories: { ok: true as const, value: [{ currency: hostile, of: hostile, total: "1" }] },
    };
    const deadLetters = [{ reason: hostile, events: 1 }];
    const html = page({ sales, report: { ...facts.report, deadLetters } });
    expect(html).not.toMatch(/<script|<\/style><|\b(?:src|href)=|url\(|@import/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    expect(html).toContain("default-src 'none'");
  });

  it("closes what it opens", () => {
    const open: string[] = [];
    for (const [, close, name = "", self] of page().matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (self || ["meta"].includes(name)) continue;
      if (close) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});
