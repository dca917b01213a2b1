/** Lines in batches that Kafka accepts as one request. */
import { UserError } from "../errors.ts";
import { count } from "../format.ts";
import { isBlank, type Line } from "./lines.ts";

const MOST_EVENTS = 1_000;
const MOST_BYTES = 512 * 1024;
/** Below the topic's `max.message.bytes` (1,048,588), as a message also has a key and a header. */
export const LARGEST_EVENT = 1_000_000;

/** Blank lines are left out. @throws UserError for a line that the topic cannot take */
export async function* batchesOf(lines: AsyncIterable<Line>): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let bytes = 0;
  for await (const line of lines) {
    if (isBlank(line)) continue;
    if (line.bytes.length > LARGEST_EVENT) {
      if (batch.length > 0) yield batch;
      throw new UserError(
        `line ${line.number} has ${count(line.bytes.length)} bytes; the topic takes events of up to ${count(LARGEST_EVENT)}`,
      );
    }
    if (batch.length >= MOST_EVENTS || (batch.length > 0 && bytes + line.bytes.length > MOST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += line.bytes.length;
  }
  if (batch.length > 0) yield batch;
}
