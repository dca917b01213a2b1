/** The parts of kafkajs 2.2.4 that its own types leave out: one connection, and how it writes and reads messages. */

declare module "kafkajs/src/network/connection.js" {
  import type { ISocketFactory, Logger } from "kafkajs";
  import type Encoder from "kafkajs/src/protocol/encoder.js";
  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      logger: Logger;
      socketFactory: ISocketFactory;
      connectionTimeout: number;
      requestTimeout: number;
    });
    connect(): Promise<true>;
    disconnect(): Promise<true>;
    send<D extends object, T>(call: {
      request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
      response: { decode(payload: Buffer): Promise<D>; parse(decoded: D): Promise<T> };
      logResponseError?: boolean;
    }): Promise<T>;
  }
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { ISocketFactory } from "kafkajs";
  export default function socketFactory(): ISocketFactory;
}

declare module "kafkajs/src/protocol/encoder.js" {
  export default class Encoder {
    writeInt32(value: number): this;
    writeInt64(value: number): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeString(value: string): this;
    writeBoolean(value: boolean): this;
    writeBufferInternal(value: Buffer): void;
  }
}

declare module "kafkajs/src/protocol/error.js" {
  export function createErrorFromCode(code: number): Error;
}

declare module "kafkajs/src/protocol/decoder.js" {
  export default class Decoder {
    constructor(payload: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readUVarInt(): number;
    readUVarIntString(): string | null;
    readUVarIntArray<T>(read: (decoder: Decoder) => T): T[];
    readString(): string;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readBytes(length: number): Buffer;
    readTaggedFields(): unknown;
  }
}
