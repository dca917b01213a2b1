/**
 * Requests to a broker that kafkajs does not make, or whose answers it drops in part: a topic's id, the time of its
 * oldest event, and a commit of offsets by a client that is not a member of the group.
 */
import type { Logger } from "kafkajs";
import Connection from "kafkajs/src/network/connection.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import Decoder from "kafkajs/src/protocol/decoder.js";
import Encoder from "kafkajs/src/protocol/encoder.js";
import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from "./kafka-client.ts";

const NO_UUID = Buffer.alloc(16);
const UNKNOWN_TOPIC = 3;
/** Asks for the first event at or after this time; all are. */
const ANY_TIME = 0;

export interface KafkaRequests {
  /** @returns undefined if there is no such topic */
  topicId(name: string): Promise<string | undefined>;
  /** When Kafka received the oldest event that the topic still has, in milliseconds; undefined without events. */
  oldestEvent(topic: string, partitions: readonly number[]): Promise<number | undefined>;
  /** The group must have no members. */
  commit(group: string, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>;
}

/** Opens a connection for each request. @param servers `host:port`; the first that answers is asked */
export function kafkaRequests(servers: readonly string[], clientId: string, logger: Logger): KafkaRequests {
  const ask = <T>(request: Request<T>) => askFirst(servers, clientId, logger, request);
  return {
    topicId: (name) => ask(metadata(name)),
    async oldestEvent(topic, partitions) {
      const times = await ask(listOffsets(topic, partitions));
      return times.length === 0 ? undefined : Math.min(...times);
    },
    async commit(group, topic, offsets) {
      const errors = await ask(offsetCommit(group, topic, offsets));
      const error = errors.find((code) => code !== 0);
      if (error !== undefined) throw createErrorFromCode(error);
    },
  };
}

interface Request<T> {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  encode(encoder: Encoder): void;
  decode(decoder: Decoder): T;
}

/** Version 12, the first that names topics by their ids. Lists are compact, and each structure ends with tags. */
function metadata(name: string): Request<string | undefined> {
  return {
    ...{ apiKey: 3, apiVersion: 12, apiName: "Metadata" },
    encode(encoder) {
      const endOfHeader = encoder.writeUVarInt(0);
      const oneTopic = endOfHeader.writeUVarInt(2);
      oneTopic.writeBufferInternal(NO_UUID);
      oneTopic.writeUVarIntString(name).writeUVarInt(0);
      const mayCreate = oneTopic.writeBoolean(false);
      mayCreate.writeBoolean(false).writeUVarInt(0);
    },
    decode(decoder) {
      decoder.readTaggedFields();
      decoder.readInt32(); // throttle time
      decoder.readUVarIntArray((broker) => {
        broker.readInt32();
        broker.readUVarIntString();
        broker.readInt32();
        broker.readUVarIntString();
        broker.readTaggedFields();
      });
      decoder.readUVarIntString(); // cluster id
      decoder.readInt32(); // controller
      // The only topic comes last, and its id before its partitions: nothing after that has to be read.
      decoder.readUVarInt();
      const error = decoder.readInt16();
      decoder.readUVarIntString();
      const id = decoder.readBytes(NO_UUID.length).toString("base64url");
      if (error === UNKNOWN_TOPIC) return undefined;
      if (error !== 0) throw createErrorFromCode(error);
      return id;
    },
  };
}

/** @returns one time for each partition that has an event and is led by the broker that was asked */
function listOffsets(topic: string, partitions: readonly number[]): Request<number[]> {
  return {
    ...{ apiKey: 2, apiVersion: 1, apiName: "ListOffsets" },
    encode(encoder) {
      const noReplica = encoder.writeInt32(-1);
      noReplica.writeInt32(1).writeString(topic).writeInt32(partitions.length);
      for (const partition of partitions) encoder.writeInt32(partition).writeInt64(ANY_TIME);
    },
    decode(decoder) {
      const found = decoder.readArray((of) => {
        of.readString();
        return of.readArray((partition) => {
          partition.readInt32();
          const error = partition.readInt16();
          const time = Number(partition.readInt64().toString());
          partition.readInt64(); // offset
          return error === 0 && time >= 0 ? [time] : [];
        });
      });
      return found.flat(2);
    },
  };
}

/** Without generation and member, as by a consumer that assigns its partitions itself. @returns error codes */
function offsetCommit(group: string, topic: string, offsets: ReadonlyMap<number, bigint>): Request<number[]> {
  return {
    ...{ apiKey: 8, apiVersion: 2, apiName: "OffsetCommit" },
    encode(encoder) {
      encoder.writeString(group).writeInt32(-1).writeString("");
      const defaultRetention = encoder.writeInt64(-1);
      defaultRetention.writeInt32(1).writeString(topic).writeInt32(offsets.size);
      for (const [partition, offset] of offsets)
        encoder.writeInt32(partition).writeInt64(Number(offset)).writeString("");
    },
    decode(decoder) {
      const found = decoder.readArray((of) => {
        of.readString();
        return of.readArray((partition) => {
          partition.readInt32();
          return partition.readInt16();
        });
      });
      return found.flat();
    },
  };
}

async function askFirst<T>(
  servers: readonly string[],
  clientId: string,
  logger: Logger,
  request: Request<T>,
): Promise<T> {
  let failure: unknown;
  for (const server of servers) {
    const [, host = "", port] = /^(.*):(\d+)$/.exec(server) ?? [];
    const connection = new Connection({
      ...{ host, port: Number(port), clientId, logger },
      socketFactory: socketFactory(),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    });
    try {
      await connection.connect();
    } catch (error) {
      failure = error;
      continue;
    }
    try {
      return await connection.send(call(request));
    } finally {
      await connection.disconnect();
    }
  }
  throw failure;
}

function call<T>({ encode, decode, ...request }: Request<T>) {
  return {
    request: {
      ...request,
      encode: async () => {
        const encoder = new Encoder();
        encode(encoder);
        return encoder;
      },
    },
    response: {
      // kafkajs expects an object.
      decode: async (payload: Buffer) => ({ answer: decode(new Decoder(payload)) }),
      parse: async ({ answer }: { answer: T }) => answer,
    },
    logResponseError: false,
  };
}
