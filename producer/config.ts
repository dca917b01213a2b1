export interface ProducerConfig {
  /** `host:port` of the brokers to connect to first. */
  readonly bootstrapServers: readonly string[];
  readonly topic: string;
  /** Events per second. */
  readonly rate: number;
  /** Makes the events reproducible. Without it they differ from run to run. */
  readonly seed: number | undefined;
  /** Number of events after which production ends. Without it production continues until SIGTERM. */
  readonly limit: number | undefined;
  readonly logIntervalMs: number;
  readonly clientId: string;
  /** Port of the metrics. Without it they are not served. */
  readonly metricsPort: number | undefined;
  /** Base URL that traces are sent to, by OTLP over HTTP. Without it there are none. */
  readonly otlpEndpoint: string | undefined;
  readonly serviceName: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const RATE = { min: 0.1, max: 50_000 } as const;

/** Lists every problem, so that all can be fixed at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The producer's environment is invalid:\n- ${problems.join("\n- ")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * Reads the configuration; an empty variable counts as absent.
 *
 * @throws ConfigError with every problem found
 */
export function parseConfig(env: Environment): ProducerConfig {
  const problems: string[] = [];

  const text = (name: string, fallback: string): string => env[name]?.trim() || fallback;

  const numberIn = (name: string, fallback: number, min: number, max: number): number => {
    const raw = text(name, String(fallback));
    const value = Number(raw);
    if (/^\d+(\.\d+)?$/.test(raw) && value >= min && value <= max) return value;
    problems.push(`${name}="${raw}": must be a number from ${min} to ${max}`);
    return fallback;
  };

  const wholeNumber = (name: string, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined => {
    const raw = text(name, "");
    if (raw === "") return undefined;
    const value = Number(raw);
    if (/^\d+$/.test(raw) && value >= min && value <= max) return value;
    problems.push(`${name}="${raw}": must be a whole number from ${min} to ${max}, or not set`);
    return undefined;
  };

  const url = (name: string): string | undefined => {
    const raw = text(name, "");
    if (raw === "") return undefined;
    if (URL.canParse(raw) && /^https?:/.test(raw)) return raw.replace(/\/+$/, "");
    problems.push(`${name}="${raw}": must be a URL like http://collector:4318, or not set`);
    return undefined;
  };

  const bootstrapServers = text("KAFKA_BOOTSTRAP_SERVERS", "kafka:29092")
    .split(",")
    .map((server) => server.trim());
  for (const server of bootstrapServers) {
    if (!isHostAndPort(server)) {
      problems.push(`KAFKA_BOOTSTRAP_SERVERS: "${server}" is not host:port, such as kafka:29092`);
    }
  }

  const topic = text("TOPIC", "financial_transactions");
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic) || topic === "." || topic === "..") {
    problems.push(`TOPIC="${topic}": a topic's name has 1 to 249 characters of a-z A-Z 0-9 . _ -`);
  }

  const config: ProducerConfig = {
    bootstrapServers,
    topic,
    rate: numberIn("RATE", 1, RATE.min, RATE.max),
    seed: wholeNumber("SEED", 0),
    limit: wholeNumber("LIMIT", 1),
    logIntervalMs: numberIn("LOG_INTERVAL", 10, 1, 3600) * 1000,
    clientId: text("CLIENT_ID", "commerce-producer"),
    metricsPort: wholeNumber("METRICS_PORT", 1, 65_535),
    otlpEndpoint: url("OTEL_EXPORTER_OTLP_ENDPOINT"),
    serviceName: text("OTEL_SERVICE_NAME", "commerce-producer"),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function isHostAndPort(server: string): boolean {
  const match = /^(\[[0-9a-fA-F:]+\]|[^\s:,[\]]+):(\d{1,5})$/.exec(server);
  const port = Number(match?.[2]);
  return port >= 1 && port <= 65_535;
}
