/** Why a registry did not hand over an image, read from the engine's answer. Pure. */

export type FailureKind =
  /** It has no such image. */
  | "missing"
  /** It, or a proxy before it, does not give this image to this user. */
  | "refused"
  /** It has been asked too often. */
  | "busy"
  /** It takes longer than the limit. */
  | "slow"
  /** The engine cannot ask without pulling: Podman has no such endpoint. */
  | "unsupported"
  | "unreachable";

export interface Failure {
  readonly kind: FailureKind;
  /** As the engine says it, on one line. */
  readonly reason: string;
  /** How long the registry asks to wait. */
  readonly waitMs?: number;
}

/** The limit of our own is over. */
export class TooSlow extends Error {}

/** In this order: a mirror's "too many requests" may come in a sentence that also says "denied". */
const PATTERNS: readonly (readonly [FailureKind, RegExp])[] = [
  ["unsupported", /^Path \S+ is not supported|page not found|^Not Found$/i],
  ["busy", /toomanyrequests|too many requests|rate limit|\b429\b/i],
  ["refused", /unauthorized|denied|forbidden|authentication required|no basic auth credentials|\b40[13]\b/i],
  ["missing", /manifest unknown|no such manifest|name unknown|repository name not known|: not found\b/i],
  ["unreachable", /dial tcp|lookup \S+|no such host|connection refused|x509/i],
  ["slow", /deadline exceeded|awaiting headers|TLS handshake timeout|timed? ?out|\b50[48]\b/i],
];

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: "refused",
  403: "refused",
  404: "missing",
  429: "busy",
};

/** @param error from the engine's client, or from an event of a pull */
export function failureOf(error: unknown): Failure {
  const reason = reasonOf(error);
  if (error instanceof TooSlow) return { kind: "slow", reason };
  const kind =
    PATTERNS.find(([, pattern]) => pattern.test(reason))?.[0] ?? BY_STATUS[statusOf(error)] ?? "unreachable";
  const waitMs = waitOf(reason);
  return { kind, reason, ...(waitMs !== undefined && { waitMs }) };
}

function statusOf(error: unknown): number {
  return error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 0;
}

/** Without what the client puts around the engine's message. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/^\(HTTP code \d+\) (?:unexpected|server error|no such image) - /, "")
    .replace(/\s+/g, " ")
    .trim();
}

const UNITS: Readonly<Record<string, number>> = {
  µs: 0.001,
  us: 0.001,
  ms: 1,
  s: 1_000,
  "": 1_000,
  m: 60_000,
};

/** Registries repeat their Retry-After in the message, which is all that the engine passes on. */
function waitOf(reason: string): number | undefined {
  const [, amount, unit = ""] = /retry-after: ?(\d+(?:\.\d+)?) ?(µs|us|ms|s|m)?/i.exec(reason) ?? [];
  return amount === undefined ? undefined : Math.ceil(Number(amount) * (UNITS[unit] ?? 1_000));
}

const SENTENCES: Readonly<Record<FailureKind, (image: string) => string>> = {
  missing: (image) => `the registry has no ${image}`,
  refused: (image) => `the registry refuses ${image}`,
  busy: (image) => `the registry has been asked too often, and does not give ${image} now`,
  slow: (image) => `the registry is too slow to give ${image}`,
  unsupported: (image) => `the engine cannot ask for ${image}`,
  unreachable: (image) => `the registry of ${image} cannot be reached`,
};

/** What was found, in one sentence. */
export function describeFailure(image: string, { kind, reason }: Failure): string {
  return `${SENTENCES[kind](image)} (${reason})`;
}
