/** The tables as they must be, computed from the topic alone: a consumer of its own, plain TypeScript, exact cents. */
import { type Consumer, Kafka, logLevel } from "kafkajs";

export interface Event {
  transactionId: string;
  userId: string;
  transactionType: "purchase" | "refund" | "transfer";
  amount: number;
  currency: string;
  transactionDate: string;
  category: string;
  merchant: string;
  location: string;
}

/** `key -> total in cents`, the key's parts joined with `|`. */
export type Totals = Map<string, bigint>;

export interface Tables {
  transactions: Map<string, Event>;
  salesPerCategory: Totals;
  salesPerDay: Totals;
  salesPerMonth: Totals;
}

/** Reads the topic from its first event to the ends as they are at the call. */
export async function consumeAll(bootstrapServers: string, topic: string): Promise<Event[]> {
  const kafka = new Kafka({ clientId: "oracle", brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = (await admin.fetchTopicOffsets(topic)).filter(({ low, high }) => BigInt(high) > BigInt(low));
  await admin.disconnect();
  const waiting = new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]));
  const events: Event[] = [];
  if (waiting.size === 0) return events;

  const consumer: Consumer = kafka.consumer({ groupId: `oracle-${process.pid}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const bound = setTimeout(() => reject(new Error(`${topic}: not read to its end within 60 s`)), 60_000);
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          const end = waiting.get(partition);
          if (end === undefined) return;
          events.push(JSON.parse(String(message.value)));
          if (BigInt(message.offset) + 1n >= end) waiting.delete(partition);
          if (waiting.size === 0) {
            clearTimeout(bound);
            resolve();
          }
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return events;
}

/** `12.3` and `12.30` are 1230 cents; a third decimal would be somebody's bug. */
export function cents(amount: number | string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(String(amount));
  if (!match) throw new Error(`not an amount in whole cents: ${amount}`);
  const [, sign, whole, fraction = ""] = match;
  const value = BigInt(whole as string) * 100n + BigInt(fraction.padEnd(2, "0"));
  return sign ? -value : value;
}

const SIGN = { purchase: 1n, refund: -1n, transfer: undefined } as const;

export function computeTables(events: Event[]): Tables {
  const tables: Tables = {
    transactions: new Map(),
    salesPerCategory: new Map(),
    salesPerDay: new Map(),
    salesPerMonth: new Map(),
  };
  for (const event of events) {
    if (tables.transactions.has(event.transactionId)) continue;
    tables.transactions.set(event.transactionId, event);
    const sign = SIGN[event.transactionType];
    if (sign === undefined) continue;
    const value = sign * cents(event.amount);
    const day = new Date(event.transactionDate).toISOString().slice(0, 10);
    const add = (totals: Totals, ...key: (string | number)[]) =>
      totals.set(key.join("|"), (totals.get(key.join("|")) ?? 0n) + value);
    add(tables.salesPerCategory, event.category, event.currency);
    add(tables.salesPerDay, day, event.currency);
    add(tables.salesPerMonth, Number(day.slice(0, 4)), Number(day.slice(5, 7)), event.currency);
  }
  return tables;
}
