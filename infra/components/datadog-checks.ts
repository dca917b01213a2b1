/**
 * The Datadog Agent's checks, by service. Option keys are those that Datadog publishes for each check
 * (test/unit/datadog/published.json). Passwords are files of the Agent, which `ENC[NAME]` names.
 */
import {
  ACCOUNT_TABLE,
  ACCOUNTED_BY,
  addressOf,
  DATABASE,
  KAFKA_JMX,
  SERVICES,
  USERS,
} from "../../facts/pipeline.ts";

export interface Check {
  init_config: Record<string, unknown>;
  instances: Record<string, unknown>[];
}

/** Files in the Agent's `/run/secrets`. */
export const SECRETS = {
  apiKey: "datadog-api-key",
  postgres: "postgres-password",
  kafkaJmx: "kafka-jmx-password",
} as const;

/** Tables that the Agent counts rows of. */
export const COUNTED_TABLES: readonly string[] = [ACCOUNT_TABLE, ...Object.keys(ACCOUNTED_BY)];

const { kafka, jobManager, taskManager, postgres, producer } = SERVICES;

const kafkaJmx: Check = {
  init_config: { is_jmx: true, collect_default_metrics: true, new_gc_metrics: true },
  instances: [
    {
      host: kafka.name,
      port: KAFKA_JMX.port,
      user: KAFKA_JMX.user,
      password: `ENC[${SECRETS.kafkaJmx}]`,
    },
  ],
};

/** Cluster monitoring includes the lag of every group, in events and in seconds. */
const kafkaConsumer: Check = {
  init_config: {},
  instances: [{ kafka_connect_str: addressOf(kafka), enable_cluster_monitoring: true }],
};

const flinkCheck = (port: number): Check => ({
  init_config: {},
  instances: [
    {
      openmetrics_endpoint: `http://%%host%%:${port}/metrics`,
      extra_metrics: [
        {
          flink_jobmanager_job_lastCompletedCheckpointId: "jobmanager.job.lastCompletedCheckpointId",
          flink_taskmanager_job_task_busyTimeMsPerSecond: "task.busyTimeMsPerSecond",
          flink_taskmanager_job_task_backPressuredTimeMsPerSecond: "task.backPressuredTimeMsPerSecond",
        },
      ],
    },
  ],
});

const postgresCheck: Check = {
  init_config: {},
  instances: [
    {
      host: "%%host%%",
      port: postgres.port,
      username: USERS.datadog,
      password: `ENC[${SECRETS.postgres}]`,
      dbname: DATABASE,
      // The check queries pg_stat_io (Postgres 16 and later) only with Database Monitoring, which needs a set-up of its
      // own: https://docs.datadoghq.com/database_monitoring/setup_postgres/selfhosted/
      dbm: false,
      relations: [{ relation_regex: ".*", schemas: ["public"] }],
      custom_queries: customQueries(),
    },
  ],
};

/** Events that the job has read, and the rows that account for them. Counting them all takes a while. */
function customQueries() {
  const counts = Object.values(ACCOUNTED_BY).map((rows) => `(SELECT count(*) FROM ${rows})`);
  return [
    {
      metric_prefix: "commerce",
      query: `SELECT (SELECT coalesce(sum(events), 0)::bigint FROM ${ACCOUNT_TABLE}), ${counts.join(" + ")}`,
      columns: [
        { name: "account.events_read", type: "gauge" },
        { name: "account.rows", type: "gauge" },
      ],
      collection_interval: 300,
    },
    {
      metric_prefix: "commerce",
      query: "SELECT reason, count(*) FROM dead_letters GROUP BY reason",
      columns: [
        { name: "reason", type: "tag" },
        { name: "dead_letters", type: "gauge" },
      ],
      collection_interval: 60,
    },
    {
      metric_prefix: "commerce",
      query:
        "SELECT count(*) FROM dead_letters WHERE received_at > timezone('UTC', now()) - interval '15 minutes'",
      columns: [{ name: "dead_letters.last_15m", type: "gauge" }],
      collection_interval: 60,
    },
  ];
}

/** The check adds `.count` to the names of counters. */
const producerCheck: Check = {
  init_config: {},
  instances: [
    {
      openmetrics_endpoint: `http://%%host%%:${producer.metricsPort}/metrics`,
      namespace: "commerce",
      raw_metric_prefix: "commerce_",
      metrics: [
        { producer_events_sent: "producer.events_sent" },
        { producer_events_acknowledged: "producer.events_acknowledged" },
        { producer_events_skipped: "producer.events_skipped" },
        { producer_batches_retried: "producer.batches_retried" },
        { producer_possible_duplicates: "producer.possible_duplicates" },
        { producer_target_rate: "producer.target_rate" },
      ],
    },
  ],
};

/** By the service's name, and then by the check's. */
export const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  [kafka.name]: { kafka: kafkaJmx, kafka_consumer: kafkaConsumer },
  [jobManager.name]: { flink: flinkCheck(jobManager.metricsPort) },
  [taskManager.name]: { flink: flinkCheck(taskManager.metricsPort) },
  [postgres.name]: { postgres: postgresCheck },
  [producer.name]: { openmetrics: producerCheck },
};
