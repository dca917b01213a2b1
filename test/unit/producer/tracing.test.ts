import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KafkaRecord } from "../../../producer/sender.ts";
import { Tracer } from "../../../producer/tracing.ts";

interface Request {
  url?: string;
  type?: string;
  body: string;
}

describe("the producer's traces", () => {
  const requests: Request[] = [];
  let server: Server;
  let endpoint: string;
  let nowMs = 0;

  beforeEach(async () => {
    requests.length = 0;
    server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      requests.push({ url: request.url, type: request.headers["content-type"], body });
      response.end("{}");
    }).listen(0);
    await once(server, "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  const tracer = (options: { endpoint: string } = { endpoint }) =>
    new Tracer({ ...options, serviceName: "shop-producer", topic: "events", nowMs: () => nowMs });
  const batch: KafkaRecord[] = [
    { key: "a", value: "1" },
    { key: "b", value: "2" },
  ];

  it("are a span for each batch, which its records name", async () => {
    const traced = tracer();
    let sent: readonly KafkaRecord[] = [];
    nowMs = 1_000;
    await traced.trace(batch, async (records) => {
      sent = records;
      nowMs = 1_250;
    });
    await traced.export();
    expect(requests.map(({ url, type }) => [url, type])).toEqual([["/v1/traces", "application/json"]]);
    const [{ resource, scopeSpans }] = JSON.parse(requests[0]?.body ?? "").resourceSpans;
    expect(resource.attributes).toEqual([{ key: "service.name", value: { stringValue: "shop-producer" } }]);
    const [span, ...others] = scopeSpans[0].spans;
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: "send events",
      startTimeUnixNano: "1000000000",
      endTimeUnixNano: "1250000000",
    });
    expect(span.attributes).toContainEqual({
      key: "messaging.batch.message_count",
      value: { intValue: "2" },
    });
    const traceparent = `00-${span.traceId}-${span.spanId}-01`;
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(sent).toEqual(batch.map((record) => ({ ...record, headers: { traceparent } })));
  });

  it("are sent once, and only if there are any", async () => {
    const traced = tracer();
    await traced.trace(batch, async () => undefined);
    await traced.export();
    await traced.export();
    expect(requests).toHaveLength(1);
  });

  it("neither fail nor delay a batch when the endpoint is gone", async () => {
    const gone = tracer({ endpoint: "http://127.0.0.1:1" });
    let deliveries = 0;
    await gone.trace(batch, async () => {
      deliveries++;
    });
    await expect(gone.export()).resolves.toBeUndefined();
    expect(deliveries).toBe(1);
  });
});
