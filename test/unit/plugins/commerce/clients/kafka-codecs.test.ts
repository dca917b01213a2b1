import { snappyCompress } from "@platformatic/wasm-utils";
import kafkajs from "kafkajs";
import { beforeAll, describe, expect, it } from "vitest";
import { decompressSnappy, registerCodecs } from "../../../../../plugins/commerce/clients/kafka-codecs.ts";

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** The records of batches that kafka-console-producer 4.3.1 has written, each with three messages. */
const BATCHES = [
  {
    codec: "gzip",
    type: CompressionTypes.GZIP,
    records:
      "H4sIAAAAAAAA/zvByMDAwLiLMTe1uDgxPVXBUEchOT+3oAjITU1RKM8syVBIr8os0FFIVIApKclILFEoSi1ITSwpVsgsKU7NSSMgzXCCkcGGCckWI5rZ" +
      "woJkizFNbAEAfGROtTIBAAA=",
  },
  {
    codec: "snappy",
    type: CompressionTypes.Snappy,
    records:
      "glNOQVBQWQAAAAABAAAAAQAAAGe6ArDMAQAAAAG+AW1lc3NhZ2UgMSwgY29tcHJlc3NlZCB3aXRoIHNuYXBweSwgYSARJUh0aGF0IHJlcGVhdHMgaXRz" +
      "ZWxmeh8AGADOAQCAAQIdaQAy/mkAbmkAAAQdaQAz/mkAWmkA",
  },
  {
    codec: "lz4",
    type: CompressionTypes.LZ4,
    records:
      "BCJNGGBAgmQAAAD0G8YBAAAAAbgBbWVzc2FnZSAxLCBjb21wcmVzc2VkIHdpdGggbHo0LCBhICIA/wR0aGF0IHJlcGVhdHMgaXRzZWxmHwAMdwDIAQCa" +
      "AQJmAB8yZgBGFwRmAB8zZgA8UHNlbGYAAAAAAA==",
  },
  {
    codec: "zstd",
    type: CompressionTypes.ZSTD,
    records:
      "KLUv/QBY3AIAhATIAQAAAAG6AW1lc3NhZ2UgMSwgY29tcHJlc3NlZCB3aXRoIHpzdGQsIGEgdGhhdCByZXBlYXRzIGl0c2VsZgDKAQCYAQIyBDMGAAKm" +
      "AOMOJlODsQvVwgyh9AEAAA==",
  },
] as const;

beforeAll(registerCodecs);

it.each(BATCHES)("kafkajs reads $codec as the Java client writes it", async ({ codec, type, records }) => {
  const text = (await CompressionCodecs[type]().decompress(Buffer.from(records, "base64"))).toString(
    "latin1",
  );
  for (const number of [1, 2, 3]) expect(text).toContain(`message ${number}, compressed with ${codec},`);
});

describe("decompressSnappy", () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));

  it("reads a bare block, as clients on librdkafka write it", () => {
    expect(decompressSnappy(snappyCompress(bytes)).equals(bytes)).toBe(true);
  });

  it("joins the blocks of a stream", () => {
    const header = Buffer.from("\x82SNAPPY\0\0\0\0\x01\0\0\0\x01", "latin1");
    const blocks = [0, 100_000, 200_000].flatMap((start) => {
      const block = snappyCompress(bytes.subarray(start, start + 100_000));
      const length = Buffer.alloc(4);
      length.writeInt32BE(block.length);
      return [length, block];
    });
    expect(decompressSnappy(Buffer.concat([header, ...blocks])).equals(bytes)).toBe(true);
  });
});
