/** One event on one line. Pure. */

import type { TopicEvent } from "../../plugins/commerce/clients/kafka-reader.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";

export function eventLine({ partition, offset, time, value }: TopicEvent, style: Style): string {
  const place = style.dim(`${partition}:${offset} ${new Date(time).toISOString()}`);
  return `${place} ${value === null ? style.dim("(null)") : printable(value.toString("utf8"))}`;
}

/** A value that is not valid UTF-8 is in `base64` instead of `value`. */
export function eventJson({ partition, offset, time, key, value }: TopicEvent): string {
  return JSON.stringify({
    partition,
    offset: Number(offset),
    time: new Date(time).toISOString(),
    key: key?.toString("utf8") ?? null,
    ...textOrBytes(value),
  });
}

function textOrBytes(value: Buffer | null) {
  if (value === null) return { value };
  const text = value.toString("utf8");
  return Buffer.from(text).equals(value) ? { value: text } : { base64: value.toString("base64") };
}
