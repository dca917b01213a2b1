/**
 * The requests by which keys are checked, as Datadog documents them:
 * https://docs.datadoghq.com/api/latest/key-management/validate-api-and-application-keys/
 * https://docs.datadoghq.com/api/latest/authentication/validate-api-key/
 */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askAboutKeys } from "../../cli/datadog/ask.ts";

const API_KEY = "the-api-key";
const APP_KEY = "the-app-key";

const api: RequestListener = ({ method, url, headers }, response) => {
  const hasApiKey = headers["dd-api-key"] === API_KEY;
  const hasBoth = hasApiKey && headers["dd-application-key"] === APP_KEY;
  const valid: Record<string, boolean> = {
    "GET /api/v1/validate": hasApiKey,
    "GET /api/v2/validate_keys": hasBoth,
  };
  const isValid = valid[`${method} ${url}`];
  const status = isValid === undefined ? 404 : isValid ? 200 : 403;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(status === 200 ? '{"status":"ok"}' : '{"errors":["Forbidden"]}');
};

let server: Server | undefined;
afterEach(() => server?.close());

async function serve(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

describe("Datadog's API", () => {
  it.each([
    [API_KEY, APP_KEY, { apiKey: 200, both: 200 }],
    [API_KEY, "wrong", { apiKey: 200, both: 403 }],
    ["wrong", APP_KEY, { apiKey: 403, both: 403 }],
    [API_KEY, undefined, { apiKey: 200, both: undefined }],
  ])("is asked about %s and %s", async (apiKey, appKey, answers) => {
    expect(await askAboutKeys({ apiKey, appKey }, await serve(api))).toEqual(answers);
  });

  it("may not be there", async () => {
    const url = await serve(api);
    await new Promise((resolve) => server?.close(resolve));
    const { apiKey, both } = await askAboutKeys({ apiKey: API_KEY, appKey: APP_KEY }, url);
    expect(apiKey).toContain("ECONNREFUSED");
    expect(both).toBe(apiKey);
  });

  it("may never answer", async () => {
    const url = await serve(() => {});
    const answers = await askAboutKeys({ apiKey: API_KEY, appKey: undefined }, url, 100);
    server?.closeAllConnections();
    expect(answers.apiKey).toBe("no answer within 0.1 s");
  });
});
