import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./config.ts";
import { hostNetwork } from "./host-network.ts";
import { Pipeline } from "./pipeline.ts";
import { skipPromiseTraces } from "./promise-traces.ts";

skipPromiseTraces();

const { config, datadog } = loadConfig();
const pipeline = new Pipeline("pipeline", { config, datadog, network: hostNetwork() });

export const kafkaBootstrapServers = pipeline.kafka.bootstrapServers;
export const topic = pipeline.topic.name;
export const flinkUrl = pipeline.flink.restUrl;
export const sqlGatewayUrl = pipeline.flink.gatewayUrl;
export const pgadminUrl = pipeline.pgadmin.url;
export const pgadminEmail = pipeline.pgadmin.email;
export const pgadminPassword = pulumi.secret(pipeline.pgadmin.password);
export const jobId = pipeline.job.jobId;
export const version = pipeline.job.version;
export const versions = pipeline.job.versions;
export const reads = pipeline.job.reads;
// The command line reads from these how the stack was last brought up.
export const { desiredState, onDestroy, deduplicate } = config;
export const postgresUrl = pulumi.secret(pipeline.postgres.ownerUrl);
export const readerUrl = pulumi.secret(pipeline.readerUrl);
