import { createServer, type Server } from "node:http";
import type { Counts } from "./counters.ts";

const CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export interface MetricsSource {
  readonly counters: Counts;
  readonly pacer: { readonly skipped: number };
  /** Events per second that are asked for. */
  readonly rate: number;
}

/** The producer's counts and the process's own use of memory and CPU, as OpenMetrics text. */
export function renderMetrics({ counters, pacer, rate }: MetricsSource): string {
  const { user, system } = process.cpuUsage();
  const families = [
    counter("commerce_producer_events_sent", "Events sent to Kafka at least once.", counters.sent),
    counter("commerce_producer_events_acknowledged", "Events that are in the topic.", counters.acknowledged),
    counter("commerce_producer_events_skipped", "Events left out to keep the rate.", pacer.skipped),
    counter("commerce_producer_batches_retried", "Failed attempts to send a batch.", counters.retries),
    counter(
      "commerce_producer_possible_duplicates",
      "Events that may be in the topic twice.",
      counters.possibleDuplicates,
    ),
    gauge("commerce_producer_target_rate", "Events per second that are asked for.", rate),
    counter("process_cpu_seconds", "CPU time of the process.", (user + system) / 1_000_000),
    gauge("process_resident_memory_bytes", "Resident memory of the process.", process.memoryUsage.rss()),
  ];
  return `${families.join("")}# EOF\n`;
}

/** Serves the metrics at `/metrics`. Nothing waits for it: it does not keep the process running. */
export function serveMetrics(port: number, source: MetricsSource): Server {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": CONTENT_TYPE }).end(renderMetrics(source));
  });
  return server.listen(port).unref();
}

const counter = (name: string, help: string, value: number) => family(name, "counter", help, "_total", value);
const gauge = (name: string, help: string, value: number) => family(name, "gauge", help, "", value);

function family(name: string, type: string, help: string, suffix: string, value: number): string {
  return `# TYPE ${name} ${type}\n# HELP ${name} ${help}\n${name}${suffix} ${value}\n`;
}
