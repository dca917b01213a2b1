/** Which entry of docs/TROUBLESHOOTING.md is about an error. Pure. */

const DOCUMENT = "docs/TROUBLESHOOTING.md";

/** What a message says, this project's own or one that it quotes, by the anchor of its entry. */
export const ENTRIES: Readonly<Record<string, RegExp>> = {
  "port-in-use": /port \d+ \(\w+\) is in use by/,
  "not-enough-memory": /the stack needs about .* of memory/,
  "not-enough-disk": /need about .* of disk/,
  "no-docker-engine-answers": /no Docker engine answers at/,
  "another-run-holds-the-stack": /still holds the stack after/,
  "another-checkout-has-the-stack": /belongs to the checkout in/,
  "the-state-cannot-be-read": /the state of stack .* cannot be read/,
  "a-container-is-not-healthy": /is not healthy after \d+ s|keeps restarting|ended instead of staying up/,
  // Not the places of sinks in a list.
  "a-statement-is-rejected": /(?<!- )sql\/(flink|postgres)\/[\w.-]+:\d+: /,
  "the-sinks-do-not-fit-the-tables": /sinks do not fit the tables/,
  "the-state-does-not-fit": /cannot go on from the job's state/,
  "the-tables-would-lose-data": /tables of database \S+ would lose data/,
  "the-new-version-fails": /does not stay healthy\./,
  "the-job-keeps-failing": /Job \S+ \(\w+\) does not start\./,
  "events-are-gone": /no longer has \d+ events|is out of range for partition/,
  "the-topic-was-created-again": /is not the one that job \S+ has read/,
  "the-data-would-be-deleted": /onDestroy: retain, but it has not been applied/,
  "images-cannot-be-built-here": /images can be built (on Linux only|here only)/,
  "an-image-cannot-be-pulled":
    /the registry (has no|refuses|is too slow to give) \S+ \(|the registry of \S+ cannot be reached \(/,
  "the-datadog-plugin-is-missing": /no resource plugin '?pulumi-resource-datadog/,
  "could-not-find-any-factory": /Could not find any factory/,
  "unsupported-options": /Unsupported options found/,
  "column-types-do-not-match": /Column types of query result and sink/,
  "a-sink-cannot-take-updates": /doesn't support consuming (update|delete)/,
  "a-null-value-in-a-not-null-column": /a null value is being written into it/,
  "not-enough-task-slots": /Could not acquire the minimum required resources/,
  "insufficient-network-buffers": /Insufficient number of network buffers/,
  "a-class-is-not-found":
    /ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|UnsupportedClassVersionError/,
  "checkpoints-fail": /Exceeded checkpoint tolerable failure threshold/,
  "message-too-large": /message larger than the max message size|the topic takes events of up to/,
  "port-is-already-allocated": /port is already allocated|bind: address already in use/,
  "no-address-pool": /non-overlapping IPv4 address pool|address pools have been fully subnetted/,
  "pull-rate-limit": /pull rate limit|the registry has been asked too often/,
  "no-space-left-on-device": /No space left on device/i,
  "exec-format-error": /exec format error/,
  "database-files-are-incompatible": /database files are incompatible/,
};

/** The anchor of the entry about a cause that `doctor` names, by its code. */
export const CAUSES: Readonly<Record<string, string>> = {
  "docker-down": "no-docker-engine-answers",
  "docker-not-permitted": "no-docker-engine-answers",
  "state-unreadable": "the-state-cannot-be-read",
  "lock-left": "another-run-holds-the-stack",
  "other-checkout": "another-checkout-has-the-stack",
  "disk-full": "no-space-left-on-device",
  "port-taken": "port-in-use",
  "container-crashing": "a-container-is-not-healthy",
  "container-crashed": "a-container-is-not-healthy",
  "container-unhealthy": "a-container-is-not-healthy",
  "topic-missing": "unknown-topic-or-partition",
  "topic-recreated": "the-topic-was-created-again",
  "owner-password": "password-authentication-failed",
  "writer-password": "password-authentication-failed",
  "reader-password": "password-authentication-failed",
  "job-failing": "the-job-keeps-failing",
  "slots-missing": "not-enough-task-slots",
  "checkpoints-failing": "checkpoints-fail",
  "rows-missing": "the-account-does-not-close",
  "rows-extra": "the-account-does-not-close",
  "events-expired": "events-are-gone",
  "job-stalled": "the-job-reads-nothing",
  "dead-letters-rising": "many-dead-letters",
};

export const PROOF_ENTRY = "the-proof-fails";

export const addressOfEntry = (anchor: string) => `${DOCUMENT}#${anchor}`;

/** The addresses of the entries about a message. A message can list several problems. */
export function moreAbout(message: string): string[] {
  return Object.entries(ENTRIES)
    .filter(([, text]) => text.test(message))
    .map(([anchor]) => addressOfEntry(anchor));
}

/** The address of the entry about a cause; undefined where the cause says it all. */
export function moreAboutCause(code: string): string | undefined {
  const anchor = CAUSES[code];
  return anchor && addressOfEntry(anchor);
}
