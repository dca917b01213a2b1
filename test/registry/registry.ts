/** An image registry on loopback, as far as an engine uses one, that can be made to misbehave per image. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Behaviour {
  /** It has no such image. */
  readonly isMissing?: boolean;
  readonly isDenied?: boolean;
  /** Answers 429 this many times, then normally. */
  readonly tooMany?: number;
  /** The header of those answers, in seconds. */
  readonly retryAfter?: number;
  /** Waits before its first byte. */
  readonly delayMs?: number;
  /** Closes the connection in the middle of a layer this many times, then sends it. */
  readonly breaksOff?: number;
  /** Waits in the middle of each layer. */
  readonly stallMs?: number;
}

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`, for the beginning of an image's name. */
  readonly host: string;
  /** `METHOD path` of every request. */
  readonly requests: readonly string[];
}

/** Two layers of this size per image. */
export const LAYER_BYTES = 200_000;

/**
 * @param images by name without host and tag; an image that is not there is missing
 * @param login whom it requires, as `user:password`; by default it asks nobody
 */
export async function startRegistry(
  images: Readonly<Record<string, Behaviour>>,
  login?: string,
): Promise<TestRegistry> {
  const requests: string[] = [];
  const failed = new Map<string, number>();
  /** Whether this request is one of the first `times` of its kind. */
  const isAmongFirst = (what: string, times = 0) => {
    const before = failed.get(what) ?? 0;
    if (before >= times) return false;
    failed.set(what, before + 1);
    return true;
  };

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (login !== undefined && request.headers.authorization !== basic(login)) {
      response.setHeader("www-authenticate", "Basic");
      return refuse(response, 401, "UNAUTHORIZED", "authentication required");
    }
    const [, name = "", kind, reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    if (kind === undefined) return void response.writeHead(200).end("{}");
    const behaviour = images[name] ?? { isMissing: true };
    await sleep(behaviour.delayMs ?? 0);
    if (behaviour.isDenied) {
      return refuse(response, 403, "DENIED", "requested access to the resource is denied");
    }
    if (isAmongFirst(`429 ${name}`, behaviour.tooMany)) {
      if (behaviour.retryAfter !== undefined) response.setHeader("retry-after", behaviour.retryAfter);
      return refuse(response, 429, "TOOMANYREQUESTS", "You have reached your pull rate limit");
    }
    if (behaviour.isMissing) return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
    if (kind === "manifests") return sendManifest(response, name);
    await sendLayer(
      request,
      response,
      behaviour,
      isAmongFirst(`break ${name}`, behaviour.breaksOff),
      reference,
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export const basic = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function sendManifest(response: ServerResponse, name: string): void {
  const layers = ["a", "b"].map((letter) => ({
    digest: `sha256:${name.length}${letter}`,
    size: LAYER_BYTES,
  }));
  response.writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json" });
  response.end(JSON.stringify({ schemaVersion: 2, layers }));
}

async function sendLayer(
  request: IncomingMessage,
  response: ServerResponse,
  { stallMs = 0 }: Behaviour,
  breaksOff: boolean,
  digest: string,
): Promise<void> {
  response.writeHead(200, { "content-length": LAYER_BYTES, "docker-content-digest": digest });
  response.write(Buffer.alloc(LAYER_BYTES / 2));
  await sleep(stallMs || 20);
  if (breaksOff) request.socket.destroy();
  else response.end(Buffer.alloc(LAYER_BYTES / 2));
}
