import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";
import { afterEach, expect, test } from "vitest";
import { registryAnswers } from "../../../../cli/setup/registry-probe.ts";

let server: Server | undefined;

/** An engine's HTTP API, as far as the probe uses it. */
async function engine(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Docker> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return new Docker({ protocol: "http", host: "127.0.0.1", port: (started.address() as AddressInfo).port });
}

const isRegistryCall = (request: IncomingMessage) => request.url?.includes("/distribution/") === true;

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" }).end("{}");
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test("the registry need not be asked for images that are all there", async () => {
  let asked = 0;
  const docker = await engine((request, response) => {
    if (isRegistryCall(request)) asked += 1;
    reply(response, isRegistryCall(request) ? 500 : 200);
  });
  expect(await registryAnswers(docker)).toBe(true);
  expect(asked).toBe(0);
});

test("a registry that answers for a missing image", async () => {
  const docker = await engine((request, response) => reply(response, isRegistryCall(request) ? 200 : 404));
  expect(await registryAnswers(docker)).toBe(true);
});

test("a registry that cannot be reached", async () => {
  const docker = await engine((request, response) => reply(response, isRegistryCall(request) ? 500 : 404));
  expect(await registryAnswers(docker)).toBe(false);
});

test("a registry that never answers is given up", async () => {
  const docker = await engine((request, response) => {
    if (!isRegistryCall(request)) reply(response, 404);
  });
  const since = performance.now();
  expect(await registryAnswers(docker, 200)).toBe(false);
  expect(performance.now() - since).toBeGreaterThanOrEqual(190);
});
