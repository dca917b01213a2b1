/** `commerce:kafka:Topic`: a topic with its partitions and settings. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../sdk/provider.ts";
import { containsUnknown, deepEqual } from "../../sdk/values.ts";
import type { ConnectKafka, KafkaAdmin, TopicDescription } from "../clients/kafka-admin.ts";
import { REACHABLE_TIMEOUT_SECONDS, Unreachable, unlessUnreachable } from "../clients/unreachable.ts";
import { waitFor } from "../clients/wait.ts";
import {
  checkTopic,
  deletionRefused,
  describeTopic,
  diffTopic,
  reassignRefused,
  shrinkRefused,
  type TopicInputs,
  type TopicOutputs,
} from "./diff.ts";
import { countEvents } from "./offsets.ts";

/** Kafka confirms a change before it has reached the metadata of every broker. */
const SETTLE_SECONDS = 30;

type TopicState = State<TopicInputs, TopicOutputs>;

export class TopicHandler implements ResourceHandler<TopicInputs, TopicOutputs> {
  /** A preview warns of added partitions. */
  readonly supportsPreview = true;
  readonly #connect: ConnectKafka;

  constructor(connect: ConnectKafka) {
    this.#connect = connect;
  }

  async check(news: TopicInputs, olds: TopicInputs | undefined): Promise<CheckResult<TopicInputs>> {
    const inputs = { ...news, config: news.config ?? {}, allowDestructive: news.allowDestructive ?? false };
    const failures = checkTopic(inputs, olds);
    if (failures.length === 0 && olds && isOtherName(inputs, olds) && !olds.allowDestructive) {
      const count = (kafka: KafkaAdmin) => countEventsOf(kafka, olds.name);
      const events = await this.#with(olds, 0, undefined, count).catch(unlessUnreachable);
      if (events) failures.push({ property: "name", reason: deletionRefused(olds.name, events) });
    }
    return { inputs, failures };
  }

  diff(_id: string, olds: TopicState, news: TopicInputs): Diff {
    return diffTopic(olds, news);
  }

  async create(news: TopicInputs, context: OperationContext): Promise<{ id: string; outputs: TopicOutputs }> {
    return { id: news.name, outputs: context.preview ? news : await this.#sync(news, context) };
  }

  async update(_id: string, olds: TopicState, news: TopicInputs, context: OperationContext) {
    if (context.preview) {
      // The partitions as last observed: an update repeats this with those that it finds.
      if (!containsUnknown(news.partitions)) warnOfGrowth(news, olds.outputs, context);
      return { outputs: { ...news, topicId: olds.outputs.topicId } };
    }
    return { outputs: await this.#sync(news, context) };
  }

  async read(id: string, state: Partial<TopicState>): Promise<({ id: string } & TopicState) | undefined> {
    const { inputs } = state;
    if (!inputs)
      throw new Error(
        `Topic ${id} cannot be imported, as its brokers are not known. Declare it: an existing topic is adopted.`,
      );
    try {
      const found = await this.#with(inputs, 0, undefined, (kafka) => kafka.describeTopic(id));
      return found && { id, inputs, outputs: outputsOf(inputs, found) };
    } catch (error) {
      // The topic may exist or not. The next update looks again.
      if (!(error instanceof Unreachable)) throw error;
      return { id, inputs, outputs: { ...inputs, ...state.outputs, unobserved: error.message } };
    }
  }

  async delete(id: string, olds: TopicState, context: OperationContext): Promise<void> {
    const { inputs } = olds;
    await this.#with(inputs, REACHABLE_TIMEOUT_SECONDS, context.signal, async (kafka) => {
      const events = await countEventsOf(kafka, id);
      if (events > 0n) {
        if (!inputs.allowDestructive) throw new Error(deletionRefused(id, events));
        context.log(
          "warning",
          `topic ${id} is deleted with its ${events} events, as allowDestructive is set`,
        );
      }
      await kafka.deleteTopic(id);
      await waitFor({
        what: `topic ${id} to be deleted`,
        timeoutSeconds: SETTLE_SECONDS,
        signal: context.signal,
        probe: async () => ((await kafka.describeTopic(id)) === undefined ? true : undefined),
      });
    });
  }

  async #sync(news: TopicInputs, context: OperationContext): Promise<TopicOutputs> {
    return this.#with(news, REACHABLE_TIMEOUT_SECONDS, context.signal, async (kafka) => {
      const found = (await kafka.describeTopic(news.name)) ?? (await create(kafka, news, context));
      await change(kafka, news, found, context);
      let seen: TopicDescription | undefined;
      const settled = await waitFor({
        what: `topic ${news.name} to have ${news.partitions} partitions with a leader each and its settings`,
        timeoutSeconds: SETTLE_SECONDS,
        signal: context.signal,
        probe: async () => {
          seen = await kafka.describeTopic(news.name);
          const isDone = seen?.partitions === news.partitions && seen.leaderlessPartitions === 0;
          return isDone && deepEqual(seen?.config, news.config) ? seen : undefined;
        },
        explain: async () => `It ${describeTopic(seen)}.`,
      });
      return outputsOf(news, settled);
    });
  }

  async #with<T>(
    inputs: TopicInputs,
    timeoutSeconds: number,
    signal: AbortSignal | undefined,
    use: (kafka: KafkaAdmin) => Promise<T>,
  ): Promise<T> {
    const kafka = await this.#connect(inputs.bootstrapServers, timeoutSeconds, signal);
    try {
      return await use(kafka);
    } finally {
      await kafka.close();
    }
  }
}

/** @returns 0 for a topic that does not exist */
async function countEventsOf(kafka: KafkaAdmin, name: string): Promise<bigint> {
  return (await kafka.topicId(name)) === undefined ? 0n : countEvents(await kafka.offsets(name));
}

async function create(
  kafka: KafkaAdmin,
  news: TopicInputs,
  context: OperationContext,
): Promise<TopicDescription> {
  await kafka.createTopic(news.name, news);
  return waitFor({
    what: `topic ${news.name} to exist`,
    timeoutSeconds: SETTLE_SECONDS,
    signal: context.signal,
    probe: () => kafka.describeTopic(news.name),
  });
}

async function change(
  kafka: KafkaAdmin,
  news: TopicInputs,
  found: TopicDescription,
  context: OperationContext,
): Promise<void> {
  // `check` does not see a topic that existed before the first `up`.
  if (news.partitions < found.partitions)
    throw new Error(shrinkRefused(news.name, found.partitions, news.partitions));
  if (news.replicationFactor !== found.replicationFactor)
    throw new Error(reassignRefused(news.name, found.replicationFactor, news.replicationFactor));
  warnOfGrowth(news, found, context);
  if (news.partitions > found.partitions) await kafka.growTopic(news.name, news.partitions);
  if (!deepEqual(found.config, news.config)) await kafka.setConfig(news.name, news.config);
}

function warnOfGrowth(
  { name, partitions }: TopicInputs,
  found: Pick<TopicDescription, "partitions">,
  context: OperationContext,
): void {
  if (partitions <= found.partitions) return;
  context.log(
    "warning",
    `topic ${name}: ${found.partitions} → ${partitions} partitions. ` +
      `New events of a key may go to another partition; existing events stay where they are.`,
  );
}

function outputsOf(inputs: TopicInputs, found: TopicDescription): TopicOutputs {
  const { id, partitions, replicationFactor, config } = found;
  return { ...inputs, partitions, replicationFactor, config, topicId: id };
}

function isOtherName(news: TopicInputs, olds: TopicInputs): boolean {
  return !containsUnknown(news.name) && news.name !== olds.name;
}
