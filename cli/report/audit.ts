/**
 * Looks until the account closes. The sinks commit independently of each other, so a single look may miss rows that are
 * not there yet; an account that does not close within the limit has a mistake.
 */
import type { Clock } from "../proof/wait.ts";
import { type Account, type AccountedRows, accountOf, type Observation } from "./account.ts";
import type { PartitionRead } from "./positions.ts";
import type { TopicOffsets } from "./topic-offsets.ts";

/** What a look finds. */
export interface Look
  extends Pick<Observation, "rows" | "offsets" | "tail">,
    Pick<TopicOffsets, "committed"> {
  /** For how many milliseconds the oldest event of the tail has waited, by the clock of this machine. */
  readonly waitedMs?: number;
}

export interface AccountSources {
  /** The job's own count of what it has read. */
  read(): Promise<readonly PartitionRead[]>;
  /**
   * Counts the rows, and which of them belong to events after `read`.
   *
   * @param mostEvents how many events after `read` are looked at; 0: the tail is undefined if there are any
   */
  look(read: readonly PartitionRead[], mostEvents: number): Promise<Look>;
}

export type AuditOptions = Pick<Observation, "activity" | "deduplicates" | "acceptedLoss">;

const LIMIT_MS = 15_000;
/** Flink looks for new partitions every 30 s, and does not read them until then. */
const STALL_LIMIT_MS = 32_000;
/** An event that has waited for less is on its way. One with a time in the future tells nothing: clocks differ. */
const ON_ITS_WAY_MS = 3_000;
/** Before a look's rows are counted. Mostly the sinks have written after the shorter one, and always after the longer. */
const SHORT_PAUSE_MS = 300;
const FLUSH_MS = 800;
const MOST_EVENTS = 20_000;

/** @returns undefined if the job runs, but does not count what it reads */
export async function audit(
  sources: AccountSources,
  options: AuditOptions,
  clock: Clock,
): Promise<Account | undefined> {
  const started = clock.now();
  let first: { next: bigint; committed: bigint } | undefined;
  for (let look = 1; ; look++) {
    // A slow stream is often idle. The first look is cheap: it does not read the topic.
    const isQuick = look === 1;
    const read = await sources.read();
    if (!isQuick) await clock.sleep(look === 2 ? SHORT_PAUSE_MS : FLUSH_MS);
    const found = await sources.look(read, isQuick ? 0 : MOST_EVENTS);
    const account = accountOf({ read, ...options, ...found });
    const next = total(read.map((partition) => partition.next));
    const committed = total([...found.committed.values()]);
    first ??= { next, committed };
    // Offsets without an event do not wait to be read.
    const waits = (found.tail?.events ?? account.unread) > 0;
    const isOnItsWay = found.waitedMs !== undefined && found.waitedMs >= 0 && found.waitedMs < ON_ITS_WAY_MS;
    const isAlive = options.activity !== "running" || !waits || next !== first.next || isOnItsWay;
    // Too far behind to tell: the job keeps reading, and nothing is known to be wrong.
    const isJudged = account.isExact || !isQuick || options.activity === "down";
    if (account.closes && isAlive && isJudged) return account;
    const elapsed = clock.now() - started;
    if (elapsed < LIMIT_MS) continue;
    if (isAlive) return account;
    if (readsWithoutCounting(found, committed > first.committed)) return undefined;
    if (elapsed >= STALL_LIMIT_MS) return { ...account, stalledMs: elapsed };
  }
}

/** Its checkpoints have events that it does not count, because the statement that counts was taken out. */
function readsWithoutCounting({ tail }: Look, advances: boolean): boolean {
  if (tail === undefined || tail.committed === 0) return false;
  return advances || tail.committed === tail.events;
}

const total = (offsets: readonly bigint[]) => offsets.reduce((sum, offset) => sum + offset, 0n);

export function rowsOf(counts: Readonly<Record<string, number>>): AccountedRows {
  const {
    transactions = 0,
    duplicates = 0,
    dead_letters: deadLetters = 0,
    proof_events: proofs = 0,
  } = counts;
  return { transactions, duplicates, deadLetters, proofs };
}
