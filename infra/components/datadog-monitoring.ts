/** A dashboard, monitors and a service level objective in Datadog, from the files in datadog/. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as datadog from "@pulumi/datadog";
import * as pulumi from "@pulumi/pulumi";

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
    super("commerce:pipeline:DatadogMonitoring", name, {}, opts);
    const { apiKey, appKey, site } = args;
    const provider = new datadog.Provider(
      "datadog-account",
      { apiKey, appKey, apiUrl: `https://api.${site}/` },
      { parent: this },
    );
    const own = { parent: this, provider };
    const stack = pulumi.getStack();
    const tags = [`project:${pulumi.getProject()}`, `env:${stack}`];

    new datadog.DashboardJson("datadog-dashboard", { dashboard: read("dashboard.json", stack) }, own);
    const specs: MonitorSpec[] = JSON.parse(read("monitors.json", stack));
    const monitors = specs.map(({ key, name, query, message, onMissingData, critical, warning }) => {
      const monitor = new datadog.Monitor(
        `datadog-${key}`,
        {
          name: `Commerce pipeline ${stack}: ${name}`,
          type: "query alert",
          query,
          message,
          onMissingData,
          monitorThresholds: { critical: String(critical), warning: warning?.toString() },
          tags,
        },
        own,
      );
      return { key, monitor };
    });

    const running = monitors.filter(({ key }) => key === "job-not-running");
    new datadog.ServiceLevelObjective(
      "datadog-availability",
      {
        name: `Commerce pipeline ${stack}: the job runs`,
        type: "monitor",
        monitorIds: running.map(({ monitor }) => monitor.id.apply(Number)),
        thresholds: [{ timeframe: "30d", target: TARGET_PERCENT }],
        tags,
      },
      own,
    );
    this.registerOutputs({});
  }
}

function read(file: string, stack: string): string {
  return fs.readFileSync(path.join(folder, file), "utf8").replaceAll("${env}", stack);
}
