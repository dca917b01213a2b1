import { messageOf } from "../errors.ts";
import { checkpointNote, jobRuns, jobTrouble, readBack, stored, totalIs } from "./checks.ts";
import { aggregates, type Place, type ProofClients } from "./clients.ts";
import { type ProofEvent, proofCurrency } from "./event.ts";
import { formatMoney } from "./money.ts";
import { type Clock, until } from "./wait.ts";

/** A part of the event's path that has worked. */
export interface Hop {
  readonly name: string;
  /** Milliseconds since the event was sent to Kafka. */
  readonly ms: number;
  readonly note: string;
}

export type Verdict =
  | { ok: true; hops: readonly Hop[] }
  | { ok: false; hops: readonly Hop[]; failed: Failure };

export interface Failure {
  readonly hop: string;
  readonly reason: string;
  /** The service whose log may explain it. */
  readonly service: string;
}

export interface Witness {
  waitingFor(hop: string): void;
  passed(hop: Hop): void;
}

/** A stack that has just started may not have published its ports yet. */
const firstHopMs = 60_000;

class HopFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** Follows a purchase, then its refund, through every hop, and removes their rows in any case. */
export async function followEvents(
  clients: ProofClients,
  [purchase, refund]: readonly [ProofEvent, ProofEvent],
  clock: Clock,
  witness: Witness,
): Promise<Verdict> {
  const hops: Hop[] = [];
  let sentAt = clock.now();
  const hop = async <T>(
    name: string,
    service: string,
    work: () => Promise<T>,
    note: (result: T) => string,
  ): Promise<T> => {
    witness.waitingFor(name);
    try {
      const result = await work();
      const passed = { name, ms: clock.now() - sentAt, note: note(result) };
      hops.push(passed);
      witness.passed(passed);
      return result;
    } catch (error) {
      throw new HopFailed({ hop: name, service, reason: messageOf(error) });
    }
  };
  const send = (event: ProofEvent, name: string) => {
    sentAt = clock.now();
    const place = ({ partition, offset }: Place) => `partition ${partition}, offset ${offset}`;
    // Not retried here: the client's retries are idempotent, a second send would be a second event.
    const sendAndRecord = async () => {
      const sentTo = await clients.topic.send(event);
      await clients.tables.record(event);
      return sentTo;
    };
    return hop(name, "kafka", sendAndRecord, place);
  };

  const sent = { purchase: false, refund: false };
  let failed: Failure | undefined;
  try {
    const before = await hop(
      "Postgres answers",
      "postgres",
      () => until(clock, firstHopMs, () => clients.tables.totals(purchase)),
      () => "",
    );
    sent.purchase = true;
    const place = await send(purchase, "acknowledged by Kafka");
    await hop(
      "read back from the topic",
      "kafka",
      () => readBack(clients, clock, purchase, place),
      () => "",
    );
    await hop("job RUNNING in Flink", "jobmanager", () => jobRuns(clients, clock), checkpointNote);
    await hop(
      "row in transactions",
      "taskmanager",
      () => stored(clients, clock, purchase),
      () => "",
    );
    const change = `${formatMoney(purchase.amount)} ${proofCurrency}`;
    for (const table of aggregates) {
      const want = before[table] + purchase.amount;
      await hop(
        table,
        "taskmanager",
        () => totalIs(clients, clock, purchase, table, want),
        () => `+${change}`,
      );
    }
    sent.refund = true;
    await send(refund, "refund acknowledged");
    await hop(
      "refund in transactions",
      "taskmanager",
      () => stored(clients, clock, refund),
      () => "",
    );
    for (const table of aggregates) {
      const want = before[table];
      await hop(
        table,
        "taskmanager",
        () => totalIs(clients, clock, refund, table, want),
        () => `-${change}`,
      );
    }
    await hop(
      "its rows removed again",
      "postgres",
      () => clients.tables.removeRows(),
      (rows) => `${rows} rows`,
    );
    return { ok: true, hops };
  } catch (error) {
    if (!(error instanceof HopFailed)) throw error;
    failed = error.failure;
  }
  const reason = `${failed.reason}${await jobTrouble(clients)}`;
  await cleanUp(clients, clock, refund, sent);
  return { ok: false, hops, failed: { ...failed, reason } };
}

/** After a failure: refunds a purchase that was sent, and removes what can be removed. */
async function cleanUp(
  clients: ProofClients,
  clock: Clock,
  refund: ProofEvent,
  sent: { purchase: boolean; refund: boolean },
): Promise<void> {
  try {
    if (sent.purchase && !sent.refund) {
      await clients.topic.send(refund);
      await clients.tables.record(refund);
      // A moment is enough if the job still works; if it does not, waiting longer would not help.
      await until(clock, 5_000, () => clients.tables.transaction(refund.transactionId)).catch(
        () => undefined,
      );
    }
    await clients.tables.removeRows();
  } catch {
    // The verdict names the failure; the next proof removes the rows that are left.
  }
}
