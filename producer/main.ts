import { systemClock } from "./clock.ts";
import { ConfigError, type ProducerConfig, parseConfig } from "./config.ts";
import { Counters } from "./counters.ts";
import { createGenerator } from "./generator.ts";
import { createHeartbeat } from "./health.ts";
import { connectKafka } from "./kafka.ts";
import { logToStdout as log } from "./log.ts";
import { serveMetrics } from "./metrics.ts";
import { Pacer } from "./pacer.ts";
import { produce } from "./produce.ts";
import { startProgress } from "./progress.ts";
import { type KafkaRecord, Sender } from "./sender.ts";
import { Tracer } from "./tracing.ts";

/** Less than the 10 s that `docker stop` waits before it kills. */
const FLUSH_MS = 8_000;
const TRACE_EXPORT_MS = 5_000;

async function main(config: ProducerConfig): Promise<void> {
  const stop = new AbortController();
  const giveUp = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    log("stopping", { signal });
    stop.abort();
    setTimeout(() => giveUp.abort(), FLUSH_MS).unref();
  };
  process.once("SIGTERM", onSignal);
  process.once("SIGINT", onSignal);

  const counters = new Counters();
  const heartbeat = createHeartbeat();
  const kafka = connectKafka(config);
  const pacer = new Pacer(config.rate, systemClock.monotonicMs());
  const sender = new Sender({
    session: kafka,
    counters,
    clock: systemClock,
    log,
    onAcknowledged: heartbeat,
    giveUp: giveUp.signal,
  });
  const progress = startProgress({
    counters,
    pacer,
    clock: systemClock,
    log,
    intervalMs: config.logIntervalMs,
  });

  if (config.metricsPort !== undefined) {
    serveMetrics(config.metricsPort, { counters, pacer, rate: config.rate });
  }

  const deliver = (batch: readonly KafkaRecord[]) => sender.deliver(batch);
  const tracer = createTracer(config);

  log("started", { ...config, bootstrapServers: config.bootstrapServers.join(",") });
  await produce({
    generate: createGenerator(config.seed),
    pacer,
    clock: systemClock,
    deliver: (batch) => (tracer === undefined ? deliver(batch) : tracer.trace(batch, deliver)),
    limit: config.limit ?? Number.POSITIVE_INFINITY,
    stop: stop.signal,
  });

  const totals = progress.end();
  if (!stop.signal.aborted) {
    // If it exited, a restart policy would produce everything again.
    log("limit-reached", totals);
    while (!stop.signal.aborted) {
      heartbeat();
      await systemClock.sleep(5_000, stop.signal);
    }
  }

  log("stopped", totals);
  process.exitCode = counters.acknowledged === counters.sent ? 0 : 1;
  // A connection attempt to an unreachable broker must not delay the exit.
  setTimeout(() => process.exit(), 1_000).unref();
  await kafka.disconnect();
}

function createTracer({ otlpEndpoint, serviceName, topic }: ProducerConfig): Tracer | undefined {
  if (otlpEndpoint === undefined) return undefined;
  const tracer = new Tracer({
    endpoint: otlpEndpoint,
    serviceName,
    topic,
    nowMs: () => systemClock.unixMs(),
  });
  setInterval(() => tracer.export(), TRACE_EXPORT_MS).unref();
  return tracer;
}

try {
  await main(parseConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
