/** Where Flink reports metrics and traces. The reporters are plugins that its distribution contains. */
import { SERVICES } from "../../facts/pipeline.ts";
import type { Scope } from "./scope.ts";

const FLINK = "org.apache.flink";

/** @param otlpEndpoint base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT; without it, only Prometheus text is served */
export function reporterOptions(
  scope: Scope,
  otlpEndpoint: string | undefined,
): Record<string, string | number> {
  return {
    // It does work only when it is asked.
    "metrics.reporter.prometheus.factory.class": `${FLINK}.metrics.prometheus.PrometheusReporterFactory`,
    "metrics.reporter.prometheus.port": SERVICES.jobManager.metricsPort,
    ...(otlpEndpoint !== undefined && {
      ...otlp("metrics.reporter.otlp", `${otlpEndpoint}/v1/metrics`, scope),
      "metrics.reporter.otlp.factory.class": `${FLINK}.metrics.otel.OpenTelemetryMetricReporterFactory`,
      "metrics.reporter.otlp.interval": "30s",
      // Spans of checkpoints and of the job's starts.
      ...otlp("traces.reporter.otlp", `${otlpEndpoint}/v1/traces`, scope),
      "traces.reporter.otlp.factory.class": `${FLINK}.traces.otel.OpenTelemetryTraceReporterFactory`,
    }),
  };
}

function otlp(reporter: string, endpoint: string, scope: Scope): Record<string, string> {
  return {
    [`${reporter}.exporter.endpoint`]: endpoint,
    [`${reporter}.exporter.protocol`]: "HTTP",
    [`${reporter}.service.name`]: `${scope.prefix}-flink`,
  };
}
