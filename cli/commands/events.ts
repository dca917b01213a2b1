import { createReadStream, statSync } from "node:fs";
import { followTopic } from "../../plugins/commerce/clients/kafka-reader.ts";
import { startOf } from "../changes.ts";
import { flagDefaults } from "../command-line/flags.ts";
import type { Command, Context } from "../context.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { batchesOf } from "../events/batches.ts";
import { eventJson, eventLine } from "../events/event-line.ts";
import { type Landed, landedLines } from "../events/landed.ts";
import { linesOf } from "../events/lines.ts";
import { sendLines } from "../events/send.ts";
import { readOptions, stackTopic, topicOffsets } from "../events/topic.ts";
import { exitCodes } from "../exit-codes.ts";
import { count } from "../format.ts";
import { sum } from "../report/positions.ts";
import { writeLine } from "../write-line.ts";

/** `events tail` prints the topic's events as they arrive; `events send FILE` sends some. */
export const events: Command = async (context) => {
  const [action, file] = context.options.arguments;
  if (action === "tail") {
    if (file !== undefined) throw new UsageError(`commerce events tail ${file}: it takes no file`);
    return tail(context);
  }
  if (file === undefined) {
    throw new UsageError(
      "commerce events send: name a file with one event on each line, or - for standard input",
    );
  }
  if (context.options.from !== undefined) throw new UsageError("--from is for events tail");
  return send(context, file);
};

async function tail(context: Context): Promise<number> {
  const { options, signal, style } = context;
  const from = options.from === undefined ? undefined : timeOf(startOf(options.from, new Date()));
  const topic = await stackTopic(context);
  const { begin } = await topicOffsets(topic, from, context);
  await followTopic(readOptions(topic, signal), begin, (found) => {
    for (const event of found) writeLine(options.json ? eventJson(event) : eventLine(event, style));
    return undefined;
  });
  return exitCodes.interrupted;
}

/** No event is older than 1970. */
const timeOf = (start: string) => (start === flagDefaults.from ? 0 : Date.parse(start));

async function send(context: Context, file: string): Promise<number> {
  const { options, console, style } = context;
  const input = file === "-" ? process.stdin : readable(file);
  const topic = await stackTopic(context);
  await topicOffsets(topic, undefined, context);
  let landed: readonly Landed[] = [];
  const total = () => sum(landed.map((one) => one.events));
  const step = console.step(`Sending ${file === "-" ? "standard input" : file} to ${topic.name}`);
  try {
    await sendLines(topic, batchesOf(linesOf(input)), (sent) => {
      landed = sent;
      step.update(`${count(total())} events`);
    });
    if (total() === 0) throw new UserError(`${file} has no event: nothing was sent`);
  } catch (error) {
    step.fail();
    if (total() === 0) throw error;
    throw new UserError(messageOf(error), `Sent before that: ${landedLines(landed).join("; ")}.`);
  }
  step.done(`${count(total())} ${total() === 1 ? "event" : "events"}`);
  if (options.json) {
    const places = landed.map(({ partition, first, last, events: number }) => ({
      partition,
      first: Number(first),
      last: Number(last),
      events: number,
    }));
    context.print({ topic: topic.name, events: total(), partitions: places });
  }
  for (const line of landedLines(landed)) console.line(`  ${style.dim(line)}`);
  return exitCodes.ok;
}

/** @throws UserError for a file that cannot be read or is empty, before anything is sent */
function readable(file: string) {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) throw new UserError(`${file} is a folder`);
    if (stats.isFile() && stats.size === 0) throw new UserError(`${file} is empty: nothing was sent`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(isMissing ? `there is no file ${file}` : messageOf(error));
  }
  return createReadStream(file);
}
