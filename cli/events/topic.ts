/** The stack's topic, for commands that read it or send to it. */
import type { Kafka } from "kafkajs";
import { connectKafka, type PartitionOffsets } from "../../plugins/commerce/clients/kafka-admin.ts";
import { kafkaClient } from "../../plugins/commerce/clients/kafka-client.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { requireUp } from "../pulumi/require-up.ts";

export interface StackTopic {
  readonly brokers: readonly string[];
  readonly name: string;
}

/** @throws UserError for a stack whose start did not get that far */
export async function stackTopic(context: Context): Promise<StackTopic> {
  const { outputs } = await requireUp(context, false);
  return topicIn(outputs, context);
}

export function topicIn(outputs: Readonly<Record<string, unknown>>, { hint }: Context): StackTopic {
  const { kafkaBootstrapServers: brokers, topic } = outputs;
  if (typeof brokers === "string" && typeof topic === "string")
    return { brokers: brokers.split(","), name: topic };
  throw new UserError("the stack has no topic yet", `\`${hint("up")}\` creates it.`);
}

/** The offsets of each partition, and where events since `from` begin. @throws UserError if there is no such topic */
export async function topicOffsets(
  { brokers, name }: StackTopic,
  from: number | undefined,
  { hint }: Pick<Context, "hint">,
): Promise<{ readonly offsets: PartitionOffsets[]; readonly begin: ReadonlyMap<number, bigint> }> {
  const admin = await connectKafka([...brokers], 0);
  try {
    if ((await admin.topicId(name)) === undefined) {
      throw new UserError(`there is no topic ${name}`, `\`${hint("up")}\` names the ways to go on.`);
    }
    const offsets = await admin.offsets(name);
    const since = from === undefined ? undefined : await admin.offsetsSince(name, from);
    const begin = offsets.map(
      ({ partition, latest }) => [partition, since?.get(partition) ?? latest] as const,
    );
    return { offsets, begin: new Map(begin) };
  } finally {
    await admin.close();
  }
}

/** For reading it while somebody waits. */
export function readOptions(topic: StackTopic, signal: AbortSignal) {
  return { kafka: topicClient(topic, "commerce-events"), topic: topic.name, signal, restarts: true };
}

export function topicClient({ brokers }: StackTopic, clientId: string): Kafka {
  return kafkaClient({ clientId, brokers: [...brokers], retry: { initialRetryTime: 200, retries: 5 } });
}
