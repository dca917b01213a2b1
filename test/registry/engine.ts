/**
 * The part of a Docker engine's HTTP API that has to do with registries, on loopback. It asks the registry that an
 * image's name begins with, and answers with the statuses and words of Docker 20.10 to 29, or of Podman.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";
import { basic } from "./registry.ts";

export interface TestEngine extends AsyncDisposable {
  readonly docker: Docker;
  /** For DOCKER_HOST. */
  readonly url: string;
  /** The images that it has. */
  readonly images: ReadonlySet<string>;
  /** Images whose pull the client has left. */
  readonly abandoned: readonly string[];
  /** The credentials that each build has brought, by registry. */
  readonly buildCredentials: readonly Readonly<Record<string, Login>>[];
  /** `METHOD path?query` of every request. */
  readonly requests: readonly string[];
}

export interface EngineOptions {
  readonly isPodman?: boolean;
  /** Images that it has from the start. */
  readonly images?: readonly string[];
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** What the engine says about a registry's answer. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function startEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const images = new Set(options.images);
  const abandoned: string[] = [];
  const requests: string[] = [];
  const buildCredentials: Record<string, Login>[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
    const [, image = ""] = /^\/(?:images|distribution)\/(.+)\/json$/.exec(pathname) ?? [];
    try {
      if (pathname === "/images/create") {
        const name = `${searchParams.get("fromImage")}:${searchParams.get("tag")}`;
        return await pull(name, request, response, { images, abandoned });
      }
      if (pathname === "/build") {
        buildCredentials.push(decoded(request, "x-registry-config"));
        for await (const _ of request); // as the engine reads the context before it builds
        images.add(searchParams.get("t") ?? "");
        return send(response, 200, { stream: "Successfully built" });
      }
      if (pathname === "/images/json")
        return send(
          response,
          200,
          [...images].map((tag) => ({ RepoTags: [tag] })),
        );
      if (pathname.startsWith("/distribution/")) {
        if (options.isPodman) throw new Refused(404, `Path ${pathname} is not supported`);
        await manifestOf(image, loginOf(request));
        return send(response, 200, { Descriptor: {} });
      }
      if (image !== "" && images.has(image))
        return send(response, 200, { Id: `sha256:${image}`, RepoDigests: [] });
      throw new Refused(404, `No such image: ${image}`);
    } catch (error) {
      const { status, message } = error instanceof Refused ? error : new Refused(500, String(error));
      send(response, status, { message });
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    docker: new Docker({ protocol: "http", host: "127.0.0.1", port }),
    url: `tcp://127.0.0.1:${port}`,
    images,
    abandoned,
    buildCredentials,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Docker reads these headers in base64's alphabet for URLs only. */
function decoded(request: IncomingMessage, header: string): Record<string, never> {
  const value = String(request.headers[header] ?? "");
  if (/[+/]/.test(value)) throw new Refused(400, `${header} is not in base64url`);
  return value === "" ? {} : JSON.parse(Buffer.from(value, "base64url").toString("utf8"));
}

const loginOf = (request: IncomingMessage): Login => decoded(request, "x-registry-auth");

async function fromRegistry(image: string, path: string, { username, password }: Login): Promise<Response> {
  const [, host = "", name = ""] = /^([^/]+)\/(.+):[^:/]+$/.exec(image) ?? [];
  const url = `http://${host}/v2/${name}/${path}`;
  const headers = username === undefined ? {} : { authorization: basic(`${username}:${password}`) };
  const response = await fetch(url, { headers }).catch(() => {
    throw new Refused(500, `Get "http://${host}/v2/": dial tcp ${host}: connect: connection refused`);
  });
  if (response.ok) return response;
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  const { code = "", message = "" } = errors[0] ?? {};
  // As Go's client of registries prints a code.
  throw new Refused(response.status, `${code.toLowerCase().replace("_", " ")}: ${message}`);
}

async function manifestOf(image: string, login: Login): Promise<{ digest: string; size: number }[]> {
  const tag = image.slice(image.lastIndexOf(":") + 1);
  const response = await fromRegistry(image, `manifests/${tag}`, login);
  return ((await response.json()) as { layers: { digest: string; size: number }[] }).layers;
}

async function pull(
  image: string,
  request: IncomingMessage,
  response: ServerResponse,
  { images, abandoned }: { images: Set<string>; abandoned: string[] },
): Promise<void> {
  const login = loginOf(request);
  const layers = await manifestOf(image, login);
  let isLeft = false;
  response.once("close", () => {
    isLeft = !response.writableFinished;
    if (isLeft) abandoned.push(image);
  });
  response.writeHead(200, { "content-type": "application/json" });
  const event = (fields: object) => response.write(`${JSON.stringify(fields)}\r\n`);
  event({ status: `Pulling from ${image}`, id: "tag" });
  try {
    for (const { digest, size } of layers) {
      const { body } = await fromRegistry(image, `blobs/${digest}`, login);
      let current = 0;
      for await (const chunk of body ?? []) {
        current += chunk.length;
        event({ status: "Downloading", id: digest, progressDetail: { current, total: size } });
      }
      event({ status: "Pull complete", id: digest });
    }
    if (isLeft) return;
    images.add(image);
    event({ status: `Downloaded newer image for ${image}` });
  } catch (error) {
    const message = error instanceof Refused ? error.message : "unexpected EOF";
    event({ errorDetail: { message }, error: message });
  }
  response.end();
}
