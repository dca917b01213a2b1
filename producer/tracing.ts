import { randomBytes } from "node:crypto";
import type { KafkaRecord } from "./sender.ts";

/** More are dropped while the endpoint does not answer. */
const MAX_SPANS = 2_000;
const EXPORT_TIMEOUT_MS = 5_000;

export interface TracerOptions {
  /** Base URL of OTLP over HTTP. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly topic: string;
  readonly nowMs: () => number;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly events: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** A span for each batch, from the first attempt to the acknowledgement, and its id in a header of each record. */
export class Tracer {
  readonly #options: TracerOptions;
  #finished: Span[] = [];

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  async trace(
    batch: readonly KafkaRecord[],
    deliver: (batch: readonly KafkaRecord[]) => Promise<void>,
  ): Promise<void> {
    const { nowMs } = this.#options;
    const traceId = randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const startMs = nowMs();
    const headers = { traceparent: `00-${traceId}-${spanId}-01` };
    await deliver(batch.map((record) => ({ ...record, headers })));
    if (this.#finished.length < MAX_SPANS)
      this.#finished.push({ traceId, spanId, events: batch.length, startMs, endMs: nowMs() });
  }

  /** Sends what is finished. Never rejects: spans that cannot be sent are lost, and events are not delayed. */
  async export(): Promise<void> {
    const spans = this.#finished;
    if (spans.length === 0) return;
    this.#finished = [];
    await fetch(`${this.#options.endpoint}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(otlpJson(spans, this.#options)),
      signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
    }).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
  }
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function otlpJson(spans: readonly Span[], { serviceName, topic }: TracerOptions) {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const nanos = (ms: number) => `${Math.round(ms)}000000`;
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", serviceName)] },
        scopeSpans: [
          {
            scope: { name: "commerce-producer" },
            spans: spans.map(({ traceId, spanId, events, startMs, endMs }) => ({
              traceId,
              spanId,
              name: `send ${topic}`,
              kind: 4, // producer
              startTimeUnixNano: nanos(startMs),
              endTimeUnixNano: nanos(endMs),
              attributes: [
                text("messaging.system", "kafka"),
                text("messaging.destination.name", topic),
                { key: "messaging.batch.message_count", value: { intValue: String(events) } },
              ],
            })),
          },
        ],
      },
    ],
  };
}
