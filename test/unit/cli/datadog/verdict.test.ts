import { describe, expect, it } from "vitest";
import { type Answers, keyProblem } from "../../../../cli/datadog/verdict.ts";
import { hintsFor } from "../../../../cli/hints.ts";

const hint = hintsFor({ stack: "demo" }, { npm_lifecycle_event: "status" });
const problem = (answers: Answers) => keyProblem(answers, "https://api.datadoghq.eu", hint);

describe("Datadog's keys", () => {
  it.each([
    { apiKey: 200, both: 200 },
    { apiKey: 200, both: undefined },
  ])("are right: %o", (answers) => {
    expect(problem(answers)).toBeUndefined();
  });

  it.each([
    [{ apiKey: 200, both: 403 }, "application key", "datadogAppKey"],
    [{ apiKey: 200, both: 401 }, "application key", "datadogAppKey"],
    // Without a valid API key, nothing is known of the application key.
    [{ apiKey: 403, both: 403 }, "API key", "datadogApiKey"],
    [{ apiKey: 403, both: undefined }, "API key", "datadogApiKey"],
  ])("are refused: %o", (answers, what, key) => {
    expect(problem(answers)).toBe(
      `Datadog refuses the ${what} at https://api.datadoghq.eu: ` +
        `\`npm run config -- set --secret ${key} --stack demo\` sets another one`,
    );
  });

  it.each([
    [{ apiKey: "connect ECONNREFUSED", both: "connect ECONNREFUSED" }, "connect ECONNREFUSED"],
    [{ apiKey: "no answer within 5 s", both: 403 }, "no answer within 5 s"],
    [{ apiKey: 200, both: 503 }, "HTTP status 503"],
    [{ apiKey: 429, both: 200 }, "HTTP status 429"],
  ])("are unknown: %o", (answers, reason) => {
    expect(problem(answers)).toBe(
      `Datadog cannot be asked about its keys at https://api.datadoghq.eu: ${reason}`,
    );
  });
});
