/** Manages topics of a Kafka cluster and reads offsets. */
import kafkajs from "kafkajs";
import { kafkaClient } from "./kafka-client.ts";
import { kafkaRequests } from "./kafka-requests.ts";
import { oneLine } from "./stack-trace.ts";
import { isConnectionCode, retryUntilReachable, unreachable } from "./unreachable.ts";
import { waitFor } from "./wait.ts";

/** The first offset that a partition still has, and the offset of its next event. */
export interface PartitionOffsets {
  partition: number;
  earliest: bigint;
  latest: bigint;
}

export interface TopicDescription {
  /** Kafka's own: a topic that is deleted and created again has another one. */
  id: string;
  partitions: number;
  /** Of the partition with the fewest replicas. */
  replicationFactor: number;
  /** How many partitions have no leader, so that nothing can be written to them. */
  leaderlessPartitions: number;
  /** The settings of the topic itself, without those that it inherits from the broker. */
  config: Record<string, string>;
}

interface TopicShape {
  partitions: number;
  replicationFactor: number;
  config: Record<string, string>;
}

export interface KafkaAdmin {
  /** @returns undefined if there is no such topic */
  describeTopic(name: string): Promise<TopicDescription | undefined>;
  /** No error if the topic exists by now. */
  createTopic(name: string, shape: TopicShape): Promise<void>;
  growTopic(name: string, partitions: number): Promise<void>;
  /** Makes these the topic's only settings. */
  setConfig(name: string, config: Record<string, string>): Promise<void>;
  /** No error if the topic does not exist. */
  deleteTopic(name: string): Promise<void>;
  /** @returns undefined if there is no such topic */
  topicId(name: string): Promise<string | undefined>;
  /** The offsets of every partition. */
  offsets(topic: string): Promise<PartitionOffsets[]>;
  /** The offset that a group reads next, by partition, without partitions that it has not committed an offset for. */
  committed(group: string, topic: string): Promise<Map<number, bigint>>;
  /** Commits offsets for a group that has no members: where it continues to read. */
  commit(group: string, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** The first offset at or after a time (milliseconds), by partition; its end if no event is that young. */
  offsetsSince(topic: string, time: number): Promise<Map<number, bigint>>;
  /** When Kafka received the oldest event that the topic still has, in milliseconds; undefined without events. */
  oldestEvent(topic: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * @param timeoutSeconds how long to retry while no broker answers
 * @param signal ends the retries
 */
export type ConnectKafka = (
  bootstrapServers: string[],
  timeoutSeconds: number,
  signal?: AbortSignal,
) => Promise<KafkaAdmin>;

const COORDINATOR_TIMEOUT_SECONDS = 30;

const { ConfigResourceTypes, ConfigSource } = kafkajs;

export const connectKafka: ConnectKafka = async (bootstrapServers, timeoutSeconds, signal) => {
  const clientId = "commerce-provider";
  const kafka = kafkaClient({
    clientId,
    brokers: bootstrapServers,
    // For a leader that moves during a request. `retryUntilReachable` waits for a broker.
    retry: { retries: 2, initialRetryTime: 200 },
  });
  const admin = kafka.admin();
  const requests = kafkaRequests(bootstrapServers, clientId, kafka.logger());
  const call = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw translate(error, bootstrapServers, what);
    }
  };
  await retryUntilReachable(timeoutSeconds, () => call("connect", () => admin.connect()), signal);

  return {
    describeTopic: (name) =>
      call(`describe topic ${name}`, async () => {
        // Fetching the metadata of a topic can create it. Listing topics cannot.
        if (!(await admin.listTopics()).includes(name)) return undefined;
        const metadata = await admin.fetchTopicMetadata({ topics: [name] });
        const partitions = metadata.topics[0]?.partitions ?? [];
        const described = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: ConfigResourceTypes.TOPIC, name }],
        });
        const entries = described.resources[0]?.configEntries ?? [];
        const id = await requests.topicId(name);
        if (id === undefined) return undefined;
        return {
          id,
          partitions: partitions.length,
          replicationFactor: Math.min(...partitions.map((partition) => partition.replicas.length)),
          leaderlessPartitions: partitions.filter((partition) => partition.leader < 0).length,
          config: Object.fromEntries(
            entries
              .filter((entry) => entry.configSource === ConfigSource.TOPIC_CONFIG)
              .map((entry) => [entry.configName, entry.configValue]),
          ),
        };
      }),

    createTopic: async (name, { partitions, replicationFactor, config }) => {
      await call(
        `create topic ${name} (${partitions} partitions, replication factor ${replicationFactor}, ` +
          `settings ${JSON.stringify(config)})`,
        // kafkajs returns false if the topic exists by now.
        () =>
          admin.createTopics({
            topics: [
              {
                topic: name,
                numPartitions: partitions,
                replicationFactor,
                configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
              },
            ],
          }),
      );
    },

    growTopic: async (name, partitions) => {
      await call(`add partitions to topic ${name}`, () =>
        admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] }),
      );
    },

    setConfig: async (name, config) => {
      await call(`set ${JSON.stringify(config)} on topic ${name}`, () =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: ConfigResourceTypes.TOPIC,
              name,
              configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
            },
          ],
        }),
      );
    },

    deleteTopic: (name) =>
      call(`delete topic ${name}`, async () => {
        if ((await admin.listTopics()).includes(name)) await admin.deleteTopics({ topics: [name] });
      }),

    topicId: (name) => call(`find out the id of topic ${name}`, () => requests.topicId(name)),

    offsets: (topic) =>
      call(`read the offsets of topic ${topic}`, async () =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          partition,
          earliest: BigInt(low),
          latest: BigInt(high),
        })),
      ),

    committed: (group, topic) =>
      call(`read the offsets of group ${group} in topic ${topic}`, async () => {
        const found = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        const partitions = found.flatMap((one) => one.partitions);
        return new Map(
          partitions
            .map(({ partition, offset }) => [partition, BigInt(offset)] as const)
            // -1: never committed.
            .filter(([, offset]) => offset >= 0n),
        );
      }),

    commit: (group, topic, offsets) =>
      call(`commit offsets of group ${group}`, () =>
        waitFor({
          what: `the coordinator of group ${group}`,
          timeoutSeconds: COORDINATOR_TIMEOUT_SECONDS,
          probe: async () => {
            try {
              // Makes a new broker create the topic that it keeps offsets in.
              await admin.fetchOffsets({ groupId: group, topics: [topic] });
              await requests.commit(group, topic, offsets);
              return true;
            } catch (error) {
              if (!causesOf(error).some(isWithoutCoordinator)) throw error;
              return undefined;
            }
          },
        }).then(() => undefined),
      ),

    offsetsSince: (topic, time) =>
      call(`read the offsets of topic ${topic} by time`, async () => {
        const found = await admin.fetchTopicOffsetsByTimestamp(topic, time);
        return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),

    oldestEvent: (topic) =>
      call(`read the time of the oldest event of topic ${topic}`, async () => {
        const offsets = await admin.fetchTopicOffsets(topic);
        return requests.oldestEvent(
          topic,
          offsets.map(({ partition }) => partition),
        );
      }),

    close: () => admin.disconnect(),
  };
};

function isWithoutCoordinator(error: Error): boolean {
  return /COORDINATOR|GROUP_LOAD_IN_PROGRESS/.test(String(Reflect.get(error, "type")));
}

function translate(error: unknown, bootstrapServers: string[], what: string): unknown {
  const chain = causesOf(error);
  // An error that a broker returned has a type, such as INVALID_REPLICATION_FACTOR.
  const answer = chain.find((cause) => typeof Reflect.get(cause, "type") === "string");
  if (answer)
    return new Error(`Kafka refuses to ${what}: ${Reflect.get(answer, "type")}: ${oneLine(answer.message)}`, {
      cause: error,
    });
  const connection = chain.findLast(
    (cause) =>
      cause.name === "KafkaJSConnectionError" ||
      cause.name === "KafkaJSRequestTimeoutError" ||
      isConnectionCode(Reflect.get(cause, "code")),
  );
  if (connection) return unreachable(`Kafka at ${bootstrapServers.join(", ")}`, connection);
  return error;
}

/** kafkajs wraps errors in `cause`, in `originalError`, or in a list of `errors`. */
function causesOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = [
    error.cause,
    Reflect.get(error, "originalError"),
    ...[Reflect.get(error, "errors") ?? []].flat(),
  ];
  return [error, ...inner.filter((cause) => cause !== error).flatMap(causesOf)];
}
