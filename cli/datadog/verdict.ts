/** What Datadog's API says of a stack's keys. Pure. */
import type { Hint } from "../hints.ts";

export interface DatadogKeys {
  readonly apiKey: string;
  /** Needed for everything but sending data. */
  readonly appKey: string | undefined;
}

/** An HTTP status, or why there is none. */
export type Answer = number | string;

export interface Answers {
  readonly apiKey: Answer;
  /** For both keys together; undefined without an application key. */
  readonly both: Answer | undefined;
}

/** What is wrong with the keys, and what to do; undefined if Datadog accepts them. */
export function keyProblem({ apiKey, both }: Answers, url: string, hint: Hint): string | undefined {
  if (isRefusal(apiKey)) return refused("API key", "datadogApiKey", url, hint);
  if (apiKey === 200 && both !== undefined && isRefusal(both))
    return refused("application key", "datadogAppKey", url, hint);
  const failed = [apiKey, both].find((answer) => answer !== undefined && answer !== 200);
  if (failed === undefined) return undefined;
  const reason = typeof failed === "number" ? `HTTP status ${failed}` : failed;
  return `Datadog cannot be asked about its keys at ${url}: ${reason}`;
}

const isRefusal = (answer: Answer) => answer === 401 || answer === 403;

function refused(what: string, key: string, url: string, hint: Hint): string {
  return `Datadog refuses the ${what} at ${url}: \`${hint("config", "set", "--secret", key)}\` sets another one`;
}
