/** The compression codecs that kafkajs lacks. Other clients may use any of them in the topic. */
import { zstdDecompressSync } from "node:zlib";
import { lz4Decompress, snappyDecompress } from "@platformatic/wasm-utils";
import kafkajs from "kafkajs";

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** kafkajs has one set of codecs for all clients of a process. */
export function registerCodecs(): void {
  const codecs = [
    [CompressionTypes.Snappy, decompressSnappy],
    [CompressionTypes.LZ4, lz4Decompress],
    [CompressionTypes.ZSTD, zstdDecompressSync],
  ] as const;
  for (const [type, decompress] of codecs)
    CompressionCodecs[type] = () => ({ decompress: async (data: Buffer) => decompress(data) });
}

/** How snappy-java, which Java clients use, begins its stream: a name, and two versions of four bytes each. */
const STREAM_MAGIC = Buffer.from("\x82SNAPPY\0", "latin1");
const STREAM_HEADER = 16;

/** A stream of snappy-java, which is a list of blocks, each after its length; or one bare block, as librdkafka writes. */
export function decompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, STREAM_MAGIC.length).equals(STREAM_MAGIC)) return snappyDecompress(data);
  const blocks: Buffer[] = [];
  for (let at = STREAM_HEADER; at < data.length; ) {
    const start = at + 4;
    const end = start + data.readInt32BE(at);
    blocks.push(snappyDecompress(data.subarray(start, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
