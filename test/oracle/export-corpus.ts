/**
 * Writes the corpus and random mixes for the Java tests of flink-jars/event-format, one line per message. Its columns,
 * separated by tabs, are the description, the bytes, the reason of a dead letter, and the fields of an event. `-` is
 * null; bytes and texts are in base64.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { classify } from "./classify.ts";
import { corpus } from "./corpus/index.ts";
import { mixes } from "./corpus/random.ts";

const FILE = join(import.meta.dirname, "../../flink-jars/event-format/target/corpus.tsv");
const MIXES = 5_000;
const NOW = Date.UTC(2026, 0, 31, 12);

const base64 = (value: Buffer | string) => Buffer.from(value).toString("base64");

function line(what: string, value: Buffer | null): string {
  const { event, reason } = classify(value);
  const fields = Object.values(event ?? {}).map((field) =>
    typeof field === "string" ? base64(field) : String(field),
  );
  return [base64(what), value === null ? "-" : base64(value), reason ?? "-", ...fields].join("\t");
}

export function exportCorpus(): void {
  const seed = Number(process.env.SEED ?? Date.now());
  const random = fc.sample(mixes(NOW, 1), { numRuns: MIXES, seed });
  const lines = [
    ...corpus.map(({ what, value }) => line(what, value)),
    ...random.map(({ value }, index) => line(`random mix ${index} of SEED=${seed}`, value)),
  ];
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${lines.join("\n")}\n`);
}

if (import.meta.main) exportCorpus();
