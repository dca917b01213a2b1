import { once } from "node:events";
import type { AddressInfo } from "node:net";
import axios from "axios";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Counters } from "../../../producer/counters.ts";
import { renderMetrics, serveMetrics } from "../../../producer/metrics.ts";

const source = () => ({ counters: new Counters(), pacer: { skipped: 0 }, rate: 10 });

/** Sample names and values, without comments. */
const samples = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(" "))
      .map(([name, value]) => [name, Number(value)]),
  );

describe("the producer's metrics", () => {
  it("are its counts", () => {
    const counters = Object.assign(new Counters(), {
      sent: 12,
      acknowledged: 10,
      retries: 3,
      possibleDuplicates: 2,
    });
    expect(samples(renderMetrics({ counters, pacer: { skipped: 7 }, rate: 0.5 }))).toMatchObject({
      commerce_producer_events_sent_total: 12,
      commerce_producer_events_acknowledged_total: 10,
      commerce_producer_events_skipped_total: 7,
      commerce_producer_batches_retried_total: 3,
      commerce_producer_possible_duplicates_total: 2,
      commerce_producer_target_rate: 0.5,
    });
  });

  it("include what the process uses", () => {
    const found = samples(renderMetrics(source()));
    expect(found.process_resident_memory_bytes).toBeGreaterThan(10_000_000);
    expect(found.process_cpu_seconds_total).toBeGreaterThan(0);
  });

  it("are in the form of OpenMetrics: each sample after its type, counters with _total, and an end", () => {
    const lines = renderMetrics(source()).trimEnd().split("\n");
    expect(lines.pop()).toBe("# EOF");
    expect(lines.length % 3).toBe(0);
    for (let at = 0; at < lines.length; at += 3) {
      const [, , family = "", type] = (lines[at] ?? "").split(" ");
      expect(lines[at]).toBe(`# TYPE ${family} ${type}`);
      expect(lines[at + 1]).toMatch(new RegExp(`^# HELP ${family} \\w.*\\.$`));
      expect(lines[at + 2]?.split(" ")[0]).toBe(type === "counter" ? `${family}_total` : family);
    }
  });
});

describe("the metrics' endpoint", () => {
  const { counters, ...rest } = source();
  let server: ReturnType<typeof serveMetrics>;
  let url: string;

  beforeEach(async () => {
    server = serveMetrics(0, { counters, ...rest });
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  it("answers with the counts of that moment", async () => {
    counters.sent = 41;
    const first = await axios.get(`${url}/metrics`);
    expect(first.headers["content-type"]).toContain("application/openmetrics-text; version=1.0.0");
    expect(samples(first.data).commerce_producer_events_sent_total).toBe(41);
    counters.sent = 42;
    expect(samples((await axios.get(`${url}/metrics`)).data).commerce_producer_events_sent_total).toBe(42);
  });

  it("has nothing else", async () => {
    const { status } = await axios.get(`${url}/`, { validateStatus: () => true });
    expect(status).toBe(404);
  });
});
