import { duration } from "../format.ts";
import type { Aggregate, Place, ProofClients, Totals } from "./clients.ts";
import { type ProofEvent, proofCurrency, toJson } from "./event.ts";
import { formatMoney } from "./money.ts";
import { type Clock, until } from "./wait.ts";

/** How long a hop may take once the first one has worked. */
const hopMs = 30_000;

export async function readBack(
  clients: ProofClients,
  clock: Clock,
  event: ProofEvent,
  place: Place,
): Promise<true> {
  const value = await until(clock, hopMs, () => clients.topic.read(place));
  if (value !== toJson(event)) throw new Error(`another message lies at its place: ${value.slice(0, 200)}`);
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
  if (found !== sent) throw new Error(`the row says ${found}, the event said ${sent}`);
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
    const totals: Totals = await clients.tables.totals(event.at);
    saw(`${formatMoney(totals[table])} where ${formatMoney(want)} ${proofCurrency} is due`);
    return totals[table] === want ? true : undefined;
  });
}

/** What Flink itself says of a job that does not do its work. */
export async function jobTrouble(clients: ProofClients): Promise<string> {
  try {
    const { state, failure } = await clients.job.facts();
    const told = failure === undefined ? "" : `: ${failure}`;
    return state === "RUNNING" && failure === undefined ? "" : `; the job is ${state}${told}`;
  } catch {
    return "; Flink does not answer";
  }
}
