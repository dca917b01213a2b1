/** All measurements of one run, one after the other. */
import { measureCopy } from "./copy.ts";
import { createTopic, loadDataset } from "./dataset/load.ts";
import { type Drain, measure, submitAs } from "./drain.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { describeMachine, type Machine } from "./machine.ts";
import type { Plan } from "./plan.ts";
import { measureProducer, type ProducerRates } from "./producer-rate.ts";
import { withSchema } from "./schema.ts";
import { type Bench, cancelAll, type Log, PARTITIONS, restartTaskManager } from "./stack.ts";
import { VARIANTS, type Variant } from "./variants.ts";

export interface Results {
  date: string;
  machine: Machine;
  /** In the topic. */
  messages: number;
  duplicates: number;
  deadLetters: number;
  drains: Drain[];
  /** Rows per second of a plain COPY of the raw table. */
  copy: number;
  latencies: Latency[];
  producer: ProducerRates;
}

export async function measureAll(bench: Bench, plan: Plan, log: Log): Promise<Results> {
  log(`loading ${plan.messages} messages`);
  const warmUp = await loadDataset(bench.kafka, "bench_warm_up", plan.warmUpMessages, PARTITIONS);
  const dataset = await loadDataset(bench.kafka, "bench_events", plan.messages, PARTITIONS);
  const drains: Drain[] = [];
  let copy: number | undefined;
  for (const [index, name] of plan.drains.entries()) {
    const after = async (schema: Parameters<typeof measureCopy>[1]) => {
      // Once, after a run that has filled the table.
      if (name === "everything") copy ??= await measureCopy(bench, schema);
    };
    const drain = await measure(bench, variantOf(name), warmUp, dataset, after);
    log(`${index + 1}/${plan.drains.length} ${summary(drain)}`);
    drains.push(drain);
  }
  const latencies = await measureLatencies(bench, plan, log);
  log("producer");
  await createTopic(bench.kafka, "bench_producer", PARTITIONS);
  const producer = await measureProducer(bench, "bench_producer", plan.producerEvents);
  return {
    date: new Date().toISOString(),
    machine: await describeMachine(bench),
    messages: dataset.messages,
    duplicates: dataset.once.duplicates,
    deadLetters: dataset.once.deadLetters,
    drains,
    copy: copy ?? Number.NaN,
    latencies,
    producer,
  };
}

async function measureLatencies(bench: Bench, plan: Plan, log: Log): Promise<Latency[]> {
  const topic = "bench_latency";
  await createTopic(bench.kafka, topic, PARTITIONS, { "message.timestamp.type": "LogAppendTime" });
  await restartTaskManager(bench);
  return withSchema(bench.outputs.postgresUrl as string, "latency", bench.tables, async (schema) => {
    const job = variantOf("everything").job(bench.jobs, { topic, consumerGroup: topic, schema: schema.name });
    await submitAs(bench, topic, job);
    const latencies: Latency[] = [];
    for (const step of plan.latencies) {
      const latency = await measureLatency(bench, schema, topic, step);
      const { rate, p50, p99 } = latency;
      log(`latency at ${rate} events/s: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
      latencies.push(latency);
    }
    await cancelAll(bench);
    return latencies;
  });
}

function summary({ variant, seconds, eventsPerSecond, differences, load }: Drain): string {
  const verdict = differences.length === 0 ? "as expected" : differences.join("; ");
  return `${variant}: ${seconds.toFixed(1)} s, ${Math.round(eventsPerSecond)} events/s, load ${load.toFixed(1)}, ${verdict}`;
}

function variantOf(name: string): Variant {
  const variant = VARIANTS.find((candidate) => candidate.name === name);
  if (variant === undefined) throw new Error(`there is no variant ${name}`);
  return variant;
}
