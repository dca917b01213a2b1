import { messageOf } from "../errors.ts";
import type { Found } from "./facts.ts";

/** The report waits no longer than this for any service. */
const LIMIT_MS = 10_000;

/** Never rejects: the report says what it could not find. */
export async function found<T>(work: Promise<T>, limitMs = LIMIT_MS): Promise<Found<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return { ok: true, value: await Promise.race([work, timeout]) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
