/** What has arrived in the topic and in the tables. */
import { ACCOUNT_TABLE, ACCOUNTED_BY } from "../../facts/pipeline.ts";
import type { TopicReads } from "../../facts/statement-set-outputs.ts";
import { connectKafka, type KafkaAdmin } from "../../plugins/commerce/clients/kafka-admin.ts";
import { realClock } from "../proof/wait.ts";
import { consumerGroup, proofTable } from "../services.ts";
import { type Account, NO_ROWS } from "./account.ts";
import { type AuditOptions, audit, type Look, rowsOf } from "./audit.ts";
import type { StackReport } from "./facts.ts";
import { found } from "./found.ts";
import { countUnread, type PartitionRead, positionsOf } from "./positions.ts";
import type { ColumnIds } from "./recorded.ts";
import { StackTables } from "./table-rows.ts";
import { eventsPast, readOffsets } from "./topic-offsets.ts";
import { uncountedEvents } from "./topic-tail.ts";

/** The account takes several looks if it does not close at once. */
const ACCOUNT_LIMIT_MS = 60_000;

export interface Events
  extends Pick<
    StackReport,
    "rows" | "deadLetters" | "account" | "accountError" | "uncommitted" | "isOtherTopic" | "kafkaError"
  > {
  /** Undefined where Postgres does not answer. */
  readonly columns: ColumnIds | undefined;
}

export const NO_EVENTS: Events = {
  columns: undefined,
  rows: undefined,
  deadLetters: undefined,
  account: undefined,
  accountError: undefined,
  uncommitted: undefined,
  isOtherTopic: false,
  kafkaError: undefined,
};

export interface Addresses {
  readonly brokers: string | undefined;
  readonly topic: string | undefined;
  readonly readerUrl: string | undefined;
}

export interface EventOptions extends Omit<AuditOptions, "acceptedLoss"> {
  readonly reads: TopicReads | undefined;
}

export async function readEvents(addresses: Addresses, options: EventOptions): Promise<Events> {
  const { brokers, topic, readerUrl } = addresses;
  const source =
    brokers === undefined || topic === undefined
      ? undefined
      : { brokers, topic, connected: connectKafka(brokers.split(","), 0) };
  const reading = source && found(offsetsOf(source));
  const tables = readerUrl === undefined ? undefined : await found(StackTables.open(readerUrl));
  const offsets = await reading;
  const { reads } = options;
  const known = {
    uncommitted: offsets?.ok ? eventsPast(offsets.value) : undefined,
    isOtherTopic: offsets?.ok === true && reads !== undefined && offsets.value.topicId !== reads.topicId,
    kafkaError: offsets?.ok === false ? offsets.error : undefined,
    columns: tables?.ok ? tables.value.columns : undefined,
  };
  try {
    if (!tables?.ok) return { ...NO_EVENTS, ...known, rows: tables };
    const counted = await found(tables.value.countRows());
    const rows: Events["rows"] = counted.ok ? { ok: true, value: withoutProof(counted.value) } : counted;
    const recent = await found(tables.value.deadLetters());
    const deadLetters = recent.ok ? recent.value : undefined;
    // The offsets that the job has read mean nothing in another topic.
    if (!counted.ok || !source || offsets?.ok !== true || known.isOtherTopic)
      return { ...NO_EVENTS, ...known, rows, deadLetters };
    const account = await found(accountFor(tables.value, source, options), ACCOUNT_LIMIT_MS);
    return {
      ...known,
      rows,
      deadLetters,
      account: account.ok ? account.value : undefined,
      accountError: account.ok ? undefined : account.error,
    };
  } finally {
    if (tables?.ok) await tables.value.close().catch(() => undefined);
    // Without waiting: it may still be connecting.
    source?.connected.then((kafka) => kafka.close()).catch(() => undefined);
  }
}

/** The topic, and one connection for all looks at it. */
interface Source {
  readonly brokers: string;
  readonly topic: string;
  readonly connected: Promise<KafkaAdmin>;
}

const offsetsOf = async ({ topic, connected }: Source) => readOffsets(await connected, topic, consumerGroup);

/** @returns undefined for a project that has taken out a table or a statement that accounts for the events */
async function accountFor(
  tables: StackTables,
  source: Source,
  { reads, ...options }: EventOptions,
): Promise<Account | undefined> {
  const accounted = Object.keys(ACCOUNTED_BY).filter((name) => name !== proofTable);
  if (![ACCOUNT_TABLE, ...accounted].every((name) => tables.names.includes(name))) return undefined;
  const { brokers, topic } = source;
  const readTopic = () => offsetsOf(source);
  const look = (read: readonly PartitionRead[], mostEvents: number) =>
    tables.snapshot(async (): Promise<Look> => {
      const rows = rowsOf(await tables.countRows(accounted));
      const { partitions: offsets, committed } = await readTopic();
      const found = { rows, offsets, committed };
      const nothing = { events: 0, committed: 0, rows: NO_ROWS, isComplete: true };
      if (countUnread(read, offsets) === 0) return { ...found, tail: nothing };
      if (mostEvents === 0) return { ...found, tail: undefined };
      const { events, isComplete } = await uncountedEvents(brokers, topic, read, offsets, mostEvents);
      const isCommitted = ({ partition, offset }: (typeof events)[number]) =>
        offset < (committed.get(partition) ?? 0n);
      const tail = {
        events: events.length,
        committed: events.filter(isCommitted).length,
        rows: await tables.rowsOf(events, read),
        isComplete,
      };
      if (events.length === 0) return { ...found, tail };
      const oldest = events.reduce(
        (least, { receivedAt }) => Math.min(least, receivedAt),
        Number.POSITIVE_INFINITY,
      );
      return { ...found, tail: { ...tail, oldest }, waitedMs: Date.now() - oldest };
    });
  const read = async () => {
    const counted = await tables.read();
    const topicOffsets = await readTopic();
    return positionsOf(counted, topicOffsets, reads, { isDown: options.activity === "down" });
  };
  return audit({ read, look }, { ...options, acceptedLoss: reads?.acceptedLoss ?? 0 }, realClock);
}

function withoutProof(rows: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(rows).filter(([table]) => table !== proofTable));
}
