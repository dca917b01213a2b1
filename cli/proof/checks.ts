import { duration } from "../format.ts";
import type { Aggregate, Place, ProofClients, Totals } from "./clients.ts";
import { type ProofEvent, proofCurrency, toJson } from "./event.ts";
import { formatMoney } from "./money.ts";
import { type Clock, until } from "./wait.ts";

/** How long a hop may take, after the first one. */
const hopMs = 30_000;

export async function readBack(
  clients: ProofClients,
  clock: Clock,
  event: ProofEvent,
  place: Place,
): Promise<true> {
  const value = await until(clock, hopMs, () => clients.topic.read(place));
  if (value !== toJson(event)) throw new Error(`another message is at its offset: ${value.slice(0, 200)}`);
  return true;
}

export function jobRuns(clients: ProofClients, clock: Clock) {
  return until(clock, hopMs, async (saw) => {
    const facts = await clients.job.facts();
    saw(`state ${facts.state}`);
    return facts.state === "RUNNING" ? facts : undefined;
  });
}

export const checkpointNote = ({ checkpointAge }: { checkpointAge: number | undefined }) =>
  checkpointAge === undefined ? "no checkpoint yet" : `last checkpoint ${duration(checkpointAge)} ago`;

export async function stored(clients: ProofClients, clock: Clock, event: ProofEvent): Promise<true> {
  const row = await until(clock, hopMs, async (saw) => {
    saw("no row");
    return clients.tables.transaction(event.transactionId);
  });
  const found = `${row.transactionType} ${formatMoney(row.amount)} ${row.currency}`;
  const sent = `${event.transactionType} ${formatMoney(event.amount)} ${proofCurrency}`;
  if (found !== sent) throw new Error(`the row has ${found}, the event had ${sent}`);
  return true;
}

export function totalIs(
  clients: ProofClients,
  clock: Clock,
  event: ProofEvent,
  table: Aggregate,
  want: bigint,
) {
  return until(clock, hopMs, async (saw) => {
    const totals: Totals = await clients.tables.totals(event);
    saw(`${formatMoney(totals[table])} instead of ${formatMoney(want)} ${proofCurrency}`);
    return totals[table] === want ? true : undefined;
  });
}

/** Flink's own explanation for a job that does not work. */
export async function jobTrouble(clients: ProofClients): Promise<string> {
  try {
    const { state, failure } = await clients.job.facts();
    const reason = failure === undefined ? "" : `: ${failure}`;
    return state === "RUNNING" && failure === undefined ? "" : `; the job is ${state}${reason}`;
  } catch {
    return "; Flink does not answer";
  }
}
