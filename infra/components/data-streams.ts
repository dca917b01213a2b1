/** Datadog's Data Streams Monitoring of a Node process whose image has dd-trace. */
import { DATADOG_AGENT } from "../../facts/pipeline.ts";
import type { UnifiedTags } from "./datadog-labels.ts";

/** Environment variables that load dd-trace, and turn off all of it but the data streams. */
export function dataStreamsEnvironment(tags: UnifiedTags): Record<string, string> {
  return {
    NODE_OPTIONS: "--import=dd-trace/initialize.mjs",
    DD_AGENT_HOST: DATADOG_AGENT.name,
    DD_TRACE_AGENT_PORT: String(DATADOG_AGENT.tracePort),
    DD_ENV: tags.env,
    DD_SERVICE: tags.service,
    DD_VERSION: tags.version,
    DD_DATA_STREAMS_ENABLED: "true",
    // With traces, it would replace the producer's own header `traceparent`.
    DD_APM_TRACING_ENABLED: "false",
    DD_TRACE_DISABLED_PLUGINS: "dns,fetch,http,net",
    DD_RUNTIME_METRICS_ENABLED: "false",
    DD_PROFILING_ENABLED: "false",
    DD_REMOTE_CONFIGURATION_ENABLED: "false",
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: "false",
    // It is not JSON, as the producer's log is.
    DD_TRACE_STARTUP_LOGS: "false",
  };
}
