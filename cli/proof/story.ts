import { messageOf } from "../errors.ts";
import { checkpointNote, jobRuns, jobTrouble, readBack, stored, totalIs } from "./checks.ts";
import { aggregates, type Place, type ProofClients } from "./clients.ts";
import { type ProofEvent, proofCurrency } from "./event.ts";
import { formatMoney } from "./money.ts";
import { type Clock, until } from "./wait.ts";

/** One stretch of the way, when it worked. */
export interface Hop {
  readonly name: string;
  /** Milliseconds since the event was handed to Kafka. */
  readonly ms: number;
  readonly note: string;
}

export type Verdict =
  | { ok: true; hops: readonly Hop[] }
  | { ok: false; hops: readonly Hop[]; failed: Failure };

export interface Failure {
  readonly hop: string;
  readonly reason: string;
  /** The service whose log tells more. */
  readonly service: string;
}

export interface Witness {
  waitingFor(hop: string): void;
  passed(hop: Hop): void;
}

/** A pipeline that has just started may still be opening its ports to this machine. */
const firstHopMs = 60_000;

class HopFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** Follows a purchase, then its refund, through every hop; takes its rows away again whatever happens. */
export async function prove(
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
    // Not repeated here: the client's own retries are idempotent, a second send would be a second event.
    return hop(name, "kafka", () => clients.topic.send(event), place);
  };

  const outgoing = { purchase: false, refund: false };
  let failed: Failure | undefined;
  try {
    const before = await hop(
      "Postgres answers",
      "postgres",
      () => until(clock, firstHopMs, () => clients.tables.totals(purchase.at)),
      () => "",
    );
    outgoing.purchase = true;
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
    outgoing.refund = true;
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
  await takeBack(clients, clock, refund, outgoing);
  return { ok: false, hops, failed: { ...failed, reason } };
}

/** After a failure: the purchase is taken back if it went out, and what can be removed is. */
async function takeBack(
  clients: ProofClients,
  clock: Clock,
  refund: ProofEvent,
  outgoing: { purchase: boolean; refund: boolean },
): Promise<void> {
  try {
    if (outgoing.purchase && !outgoing.refund) {
      await clients.topic.send(refund);
      // Where the tables still follow, this takes a moment; where they don't, nothing is lost by going on.
      await until(clock, 5_000, () => clients.tables.transaction(refund.transactionId)).catch(
        () => undefined,
      );
    }
    await clients.tables.removeRows();
  } catch {
    // The verdict names what is wrong; rows of currency XTS that stay are removed by the next proof.
  }
}
