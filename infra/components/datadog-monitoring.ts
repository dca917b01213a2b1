/** A dashboard, monitors and a service level objective in Datadog, from the files in datadog/. */
import * as fs from "node:fs";
import * as path from "node:path";
import type * as datadog from "@pulumi/datadog";
import * as pulumi from "@pulumi/pulumi";
import { DATADOG_MONITORING, DATADOG_PLUGIN, datadogApiUrl } from "../../facts/pipeline.ts";

export interface DatadogMonitoringArgs {
  apiKey: pulumi.Output<string>;
  appKey: pulumi.Output<string>;
  /** A Datadog site such as `datadoghq.eu`. */
  site: string;
}

/** An entry of datadog/monitors.json. */
interface MonitorSpec {
  key: string;
  name: string;
  query: string;
  message: string;
  critical: number;
  warning?: number;
  onMissingData?: string;
}

const folder = path.resolve(__dirname, "../../datadog");
/** The job must run this share of each 30 days. */
const TARGET_PERCENT = 99.5;

/**
 * Needs an application key, because the Agent's key can only send data.
 *
 * @example
 * new DatadogMonitoring("datadog-monitoring", { apiKey, appKey, site: "datadoghq.eu" });
 */
export class DatadogMonitoring extends pulumi.ComponentResource {
  constructor(name: string, args: DatadogMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super(DATADOG_MONITORING.type, name, {}, opts);
    const { apiKey, appKey, site } = args;
    const provider = new Provider(
      "datadog-account",
      { apiKey, appKey, apiUrl: `${datadogApiUrl(site)}/` },
      { parent: this },
    );
    const own = { parent: this, provider };
    const stack = pulumi.getStack();
    const tags = [`project:${pulumi.getProject()}`, `env:${stack}`];

    const dashboard: datadog.DashboardJsonArgs = { dashboard: read("dashboard.json", stack) };
    new DatadogResource("dashboardJson:DashboardJson", "datadog-dashboard", dashboard, own);

    const specs: MonitorSpec[] = JSON.parse(read("monitors.json", stack));
    const monitors = specs.map(({ key, name, query, message, onMissingData, critical, warning }) => {
      const monitor: datadog.MonitorArgs = {
        name: `Commerce pipeline ${stack}: ${name}`,
        type: "query alert",
        query,
        message,
        onMissingData,
        monitorThresholds: { critical: String(critical), warning: warning?.toString() },
        tags,
      };
      return { key, resource: new DatadogResource("monitor:Monitor", `datadog-${key}`, monitor, own) };
    });

    const running = monitors.filter(({ key }) => key === "job-not-running");
    const objective: datadog.ServiceLevelObjectiveArgs = {
      name: `Commerce pipeline ${stack}: the job runs`,
      type: "monitor",
      monitorIds: running.map(({ resource }) => resource.id.apply(Number)),
      thresholds: [{ timeframe: "30d", target: TARGET_PERCENT }],
      tags,
    };
    new DatadogResource(
      "serviceLevelObjective:ServiceLevelObjective",
      "datadog-availability",
      objective,
      own,
    );
    this.registerOutputs({});
  }
}

/*
 * Resources are registered by their types, and @pulumi/datadog is used for the types of their inputs only: Pulumi downloads
 * the plugin of every package that it finds installed, also for stacks without Datadog.
 */

class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: datadog.ProviderArgs, opts: pulumi.ResourceOptions) {
    super(DATADOG_PLUGIN.name, name, { ...args }, { ...opts, version: DATADOG_PLUGIN.version });
  }
}

class DatadogResource extends pulumi.CustomResource {
  constructor(type: string, name: string, args: object, opts: pulumi.CustomResourceOptions) {
    const ofPlugin = { ...opts, version: DATADOG_PLUGIN.version };
    super(`${DATADOG_PLUGIN.name}:index/${type}`, name, { ...args }, ofPlugin);
  }
}

function read(file: string, stack: string): string {
  return fs.readFileSync(path.join(folder, file), "utf8").replaceAll("${env}", stack);
}
