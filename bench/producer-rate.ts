/** The bundled producer's highest rate: in its container, and with its code in this process. */
import { addressOf, LABELS, SERVICES, stackPrefix } from "../facts/pipeline.ts";
import { waitFor } from "../plugins/commerce/clients/wait.ts";
import { systemClock } from "../producer/clock.ts";
import { parseConfig } from "../producer/config.ts";
import { Counters } from "../producer/counters.ts";
import { createGenerator } from "../producer/generator.ts";
import { connectKafka } from "../producer/kafka.ts";
import { Pacer } from "../producer/pacer.ts";
import { produce } from "../producer/produce.ts";
import { Sender } from "../producer/sender.ts";
import { docker, logs } from "../test/live/support/docker.ts";
import { type Bench, STACK } from "./stack.ts";

export interface ProducerRates {
  /** Acknowledged events per second. The configuration limits the container to 50,000. */
  container: number;
  process: number;
}

export async function measureProducer(bench: Bench, topic: string, events: number): Promise<ProducerRates> {
  return {
    container: await inContainer(bench, topic, events),
    process: await inProcess(bench, topic, events),
  };
}

async function inContainer(bench: Bench, topic: string, events: number): Promise<number> {
  const name = bench.container("load");
  const { kafka, producer } = SERVICES;
  const image = await docker("inspect", "--format", "{{.Image}}", bench.container(producer.name));
  const env = { KAFKA_BOOTSTRAP_SERVERS: addressOf(kafka), TOPIC: topic, RATE: 50_000, LIMIT: events };
  await docker(
    ...["run", "--detach", "--name", name, "--network", stackPrefix(STACK)],
    ...["--memory", `${producer.memoryLimit}m`, "--label", `${LABELS.stack}=${STACK}`],
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    image,
  );
  try {
    return await waitFor({
      what: `the producer's container to send ${events} events`,
      timeoutSeconds: 120,
      intervalMs: 500,
      probe: async () => {
        const line = (await logs(name)).split("\n").find((text) => text.includes('"limit-reached"'));
        return line === undefined ? undefined : (JSON.parse(line).eventsPerSecond as number);
      },
    });
  } finally {
    await docker("rm", "--force", name);
  }
}

async function inProcess(bench: Bench, topic: string, events: number): Promise<number> {
  const kafka = connectKafka(
    parseConfig({ KAFKA_BOOTSTRAP_SERVERS: bench.outputs.kafkaBootstrapServers, TOPIC: topic }),
  );
  const counters = new Counters();
  const never = new AbortController().signal;
  const sender = new Sender({
    session: kafka,
    counters,
    clock: systemClock,
    log: () => undefined,
    onAcknowledged: () => undefined,
    giveUp: never,
  });
  const startMs = performance.now();
  await produce({
    generate: createGenerator(),
    // Faster than it can send, so that it never waits.
    pacer: new Pacer(10_000_000, startMs),
    clock: systemClock,
    deliver: (batch) => sender.deliver(batch),
    limit: events,
    stop: never,
  });
  const seconds = (performance.now() - startMs) / 1000;
  await kafka.disconnect();
  return counters.acknowledged / seconds;
}
