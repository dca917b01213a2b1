import type { TopicEvent } from "../../plugins/commerce/clients/kafka-reader.ts";
import { startOf } from "../changes.ts";
import { flagDefaults } from "../command-line/flags.ts";
import type { Command, Context } from "../context.ts";
import { Interrupted, UserError } from "../errors.ts";
import { type StackTopic, topicIn, topicOffsets } from "../events/topic.ts";
import { exitCodes } from "../exit-codes.ts";
import { count } from "../format.ts";
import { requireUp } from "../pulumi/require-up.ts";
import {
  expectedDeliveries,
  knownPlaces,
  type Search,
  type TableFacts,
  type TraceFacts,
} from "../trace/facts.ts";
import { rangesOfPlaces, rangesSince, sizeOf } from "../trace/ranges.ts";
import { readTableFacts } from "../trace/read-rows.ts";
import { traceJson, traceLines } from "../trace/render.ts";
import { searchTopic } from "../trace/search.ts";
import { isoTime } from "../trace/verdict.ts";

const LIMIT_SECONDS = 60;
/** An event is sent after it happened, by clocks that differ. */
const CLOCKS_MS = 60_000;

/** Shows the whole path of one event: its deliveries in the topic, their verdicts, and the rows that it made. */
export const trace: Command = async (context) => {
  const { options, console, signal } = context;
  const [id = ""] = options.arguments;
  const { outputs } = await requireUp(context, true);
  const topic = topicIn(outputs, context);
  const { readerUrl } = outputs;
  if (typeof readerUrl !== "string") throw new UserError("the stack has no tables yet");
  const tables = await readTableFacts(readerUrl, id);
  const deduplicates = outputs.deduplicate !== false;
  const found = await search(context, topic, {
    id,
    tables,
    expected: expectedDeliveries(tables, deduplicates),
  });
  if (signal.aborted) throw new Interrupted();
  const facts: TraceFacts = { id, ...tables, ...found };
  if (facts.deliveries.length + Object.keys(facts.rows).length + facts.deadLetters.length === 0) {
    throw new UserError(`no event has the id ${id}`, notFound(facts.search));
  }
  if (options.json) context.print(traceJson(facts));
  else for (const line of traceLines(facts, context)) console.line(line);
  return exitCodes.ok;
};

function notFound({ looked, total, isComplete }: Search): string {
  if (isComplete) return "It is in no table and not in the topic.";
  return `It is in no table, and not among the ${count(looked)} of ${count(total)} events that were looked at. --from TIME starts at another time.`;
}

interface Sought {
  readonly id: string;
  readonly tables: TableFacts;
  /** Valid deliveries that there must be; undefined: unknown. */
  readonly expected: number | undefined;
}

async function search(
  context: Context,
  topic: StackTopic,
  { id, tables, expected }: Sought,
): Promise<Pick<TraceFacts, "deliveries" | "search">> {
  const { offsets, begin } = await topicOffsets(topic, startOfSearch(context, tables), context);
  const limit = AbortSignal.any([context.signal, AbortSignal.timeout(LIMIT_SECONDS * 1000)]);
  const deliveries: TopicEvent[] = [];
  const [since, before] = rangesSince(begin, offsets);
  const total = sizeOf(since) + sizeOf(before);
  const step = context.console.step(`Looking for ${id} in ${topic.name}`);
  let looked = 0;
  const isDead = (event: TopicEvent) =>
    tables.deadLetters.some(
      ({ partition, offset }) => partition === event.partition && offset === event.offset,
    );
  const onProgress = (events: readonly TopicEvent[], more: number) => {
    const isKnown = (event: TopicEvent) =>
      deliveries.some(({ partition, offset }) => partition === event.partition && offset === event.offset);
    deliveries.push(...events.filter((event) => !isKnown(event)));
    looked += more;
    step.update(`${count(looked)} of ${count(total)} events`);
    return expected !== undefined && deliveries.filter((event) => !isDead(event)).length >= expected;
  };
  try {
    const options = { id, signal: limit, onProgress };
    const rounds = [...rangesOfPlaces(knownPlaces(tables), offsets), since, before];
    let isComplete = true;
    for (const ranges of rounds) {
      if (onProgress([], 0)) break;
      isComplete = await searchTopic(topic, ranges, options);
      if (!isComplete) break;
    }
    step.done(`${deliveries.length} found`);
    return { deliveries, search: { looked, total, isComplete } };
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** Milliseconds; undefined: the event may be anywhere. */
function startOfSearch({ options }: Context, { rows }: TableFacts): number {
  if (options.from !== undefined) {
    const start = startOf(options.from, new Date());
    return start === flagDefaults.from ? 0 : Date.parse(start);
  }
  const happened = isoTime(rows.transactions?.[0]?.transactiondate ?? "");
  const time = happened === undefined ? 0 : Date.parse(happened) - CLOCKS_MS;
  return Math.max(0, Math.min(time, Date.now()));
}
