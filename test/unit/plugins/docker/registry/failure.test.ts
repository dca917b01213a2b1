import { describe, expect, it } from "vitest";
import { pauseAfter } from "../../../../../plugins/docker/registry/call.ts";
import { type FailureKind, failureOf, TooSlow } from "../../../../../plugins/docker/registry/failure.ts";

const answer = (statusCode: number, message: string) =>
  Object.assign(
    new Error(
      `(HTTP code ${statusCode}) ${statusCode === 500 ? "server error" : "unexpected"} - ${message} `,
    ),
    {
      statusCode,
    },
  );

describe("an engine's answer", () => {
  // As Docker 20.10 to 29, with either image store, and Podman say it.
  it.each<[FailureKind, number, string]>([
    ["missing", 404, "manifest for kafka:9 not found: manifest unknown: manifest unknown"],
    ["missing", 500, "manifest unknown: manifest unknown"],
    [
      "missing",
      404,
      'failed to resolve reference "docker.io/library/kafka:9": docker.io/library/kafka:9: not found',
    ],
    ["missing", 500, "name unknown: repository name not known to registry"],
    ["refused", 404, "pull access denied for kafka, repository does not exist or may require 'docker login'"],
    ["refused", 401, "unauthorized: authentication required"],
    ["refused", 500, 'Get "https://registry.example.com/v2/": no basic auth credentials'],
    ["refused", 500, 'Get "https://registry-1.docker.io/v2/": Forbidden'],
    [
      "refused",
      500,
      "unexpected status from HEAD request to https://a.b/v2/kafka/manifests/9: 403 Forbidden",
    ],
    ["refused", 403, "whatever"],
    ["busy", 500, "toomanyrequests: You have reached your pull rate limit."],
    ["busy", 500, "unexpected status from HEAD request to https://a.b/v2/kafka: 429 Too Many Requests"],
    ["busy", 429, "slow down"],
    ["unreachable", 500, 'Get "https://a.b/v2/": dial tcp: lookup a.b on 10.0.0.2:53: no such host'],
    ["unreachable", 500, 'Get "https://a.b/v2/": dial tcp 10.0.0.1:443: i/o timeout'],
    ["unreachable", 500, 'Get "https://a.b/v2/": x509: certificate signed by unknown authority'],
    ["unreachable", 500, "received unexpected HTTP status: 502 Bad Gateway"],
    [
      "slow",
      500,
      'Get "https://a.b/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    ],
    ["slow", 500, 'Get "https://a.b/v2/": net/http: TLS handshake timeout'],
    ["slow", 500, 'Get "https://a.b/v2/": context deadline exceeded'],
    ["unsupported", 404, "Path /v1.41/distribution/kafka:9/json is not supported"],
    ["unsupported", 404, "page not found"],
  ])("is %s: %i %s", (kind, status, message) => {
    expect(failureOf(answer(status, message))).toMatchObject({ kind, reason: message });
  });

  it("is slow when our own limit is over", () => {
    expect(failureOf(new TooSlow("no answer within 30 s")).kind).toBe("slow");
  });

  it("may say how long to wait", () => {
    const wait = (text: string) => failureOf(answer(500, `toomanyrequests: retry-after: ${text}`)).waitMs;
    expect([
      wait("435.3µs, allowed: 44000/minute"),
      wait("7"),
      wait("12s"),
      wait("2m"),
      wait("soon"),
    ]).toEqual([1, 7_000, 12_000, 120_000, undefined]);
  });
});

describe("asking again", () => {
  const failure = (kind: FailureKind, waitMs?: number) => ({ kind, reason: "", ...(waitMs && { waitMs }) });

  it("waits as long as the registry asks for, and gives up if that is too long", () => {
    expect(pauseAfter(failure("busy"), 0)).toBe(2_000);
    expect(pauseAfter(failure("busy", 7_000), 0)).toBe(7_000);
    expect(pauseAfter(failure("busy", 3_600_000), 0)).toBeUndefined();
  });

  it.each<FailureKind>(["busy", "slow", "unreachable"])("has a bound when the registry is %s", (kind) => {
    expect(pauseAfter(failure(kind), 0)).toBeGreaterThan(0);
    expect(pauseAfter(failure(kind), 4)).toBeUndefined();
  });

  it.each<FailureKind>(["missing", "refused", "unsupported"])("changes nothing when it is %s", (kind) => {
    expect(pauseAfter(failure(kind), 0)).toBeUndefined();
  });
});
