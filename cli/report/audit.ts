/**
 * Looks until the account closes. The sinks commit independently of each other, so a single look may miss rows that are
 * not there yet; an account that does not close within the limit has a mistake.
 */
import type { Clock } from "../proof/wait.ts";
import { type Account, type AccountedRows, accountOf, type Observation } from "./account.ts";
import type { PartitionRead } from "./positions.ts";
import type { TopicOffsets } from "./topic-offsets.ts";

/** What a look finds. */
export type Look = Pick<Observation, "rows" | "offsets" | "tail"> & Pick<TopicOffsets, "committed">;

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
/** A slow stream is often idle. These looks are cheap: they do not read the topic. */
const QUICK_LOOKS = 3;
const QUICK_PAUSE_MS = 300;
/** The sinks have written what was read before this. */
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
    const isQuick = look <= QUICK_LOOKS;
    const read = await sources.read();
    if (look > 1) await clock.sleep(isQuick ? QUICK_PAUSE_MS : FLUSH_MS);
    const found = await sources.look(read, isQuick ? 0 : MOST_EVENTS);
    const account = accountOf({ read, ...options, ...found });
    const next = total(read.map((partition) => partition.next));
    const committed = total([...found.committed.values()]);
    first ??= { next, committed };
    // Offsets without an event do not wait to be read.
    const waits = (found.tail?.events ?? account.unread) > 0;
    const isAlive = options.activity !== "running" || !waits || next !== first.next;
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
