import { describe, expect, it } from "vitest";
import { connectKafka } from "../../../../../plugins/commerce/clients/kafka-admin.ts";
import { connectPostgres } from "../../../../../plugins/commerce/clients/postgres.ts";
import { sqlGateway } from "../../../../../plugins/commerce/clients/sql-gateway.ts";
import {
  retryUntilReachable,
  Unreachable,
  unreachable,
} from "../../../../../plugins/commerce/clients/unreachable.ts";
import { TimedOut, waitFor } from "../../../../../plugins/commerce/clients/wait.ts";
import { isStateGone, isStateUnusable } from "../../../../../plugins/commerce/statement-set/restore-error.ts";

describe("waitFor", () => {
  it("returns the first answer", async () => {
    let tries = 0;
    const probe = async () => (++tries === 3 ? "there" : undefined);
    await expect(waitFor({ what: "it", timeoutSeconds: 5, intervalMs: 1, probe })).resolves.toBe("there");
    expect(tries).toBe(3);
  });

  it("times out with an error that says what it waited for and why it took too long", async () => {
    const wait = waitFor({
      what: "topic x to be there",
      timeoutSeconds: 0.02,
      intervalMs: 5,
      probe: async () => undefined,
      explain: async () => "It is not.",
    });
    await expect(wait).rejects.toThrow(TimedOut);
    await expect(wait).rejects.toThrow("Waited 0.02 s for topic x to be there. It is not.");
  });

  it("ends when the probe throws and when it is aborted", async () => {
    const failing = { what: "it", timeoutSeconds: 5, probe: () => Promise.reject(new Error("broken")) };
    await expect(waitFor(failing)).rejects.toThrow("broken");
    const controller = new AbortController();
    const wait = waitFor({
      what: "it",
      timeoutSeconds: 60,
      signal: controller.signal,
      probe: async () => undefined,
    });
    controller.abort();
    await expect(wait).rejects.toThrow(/abort/i);
  });
});

describe("retryUntilReachable", () => {
  const refused = () => unreachable("The Gateway at http://localhost:1", new Error("connect ECONNREFUSED"));

  it("retries while the service does not answer", async () => {
    let tries = 0;
    const attempt = async () => {
      if (++tries < 2) throw refused();
      return tries;
    };
    await expect(retryUntilReachable(5, attempt)).resolves.toBe(2);
  });

  it("names the service that did not answer, and what to check", async () => {
    const attempt = () => Promise.reject(refused());
    await expect(retryUntilReachable(0, attempt)).rejects.toThrow(Unreachable);
    await expect(retryUntilReachable(0, attempt)).rejects.toThrow(
      /^The Gateway at http:\/\/localhost:1 does not answer.*docker logs/,
    );
  });

  it("reports the service's own error, even if it did not answer before", async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      throw tries === 1 ? refused() : new Error("no such user");
    };
    await expect(retryUntilReachable(5, attempt)).rejects.toThrow("no such user");
  });

  it("ends at once when it is aborted", async () => {
    const controller = new AbortController();
    const attempt = async () => {
      controller.abort();
      throw refused();
    };
    await expect(retryUntilReachable(60, attempt, controller.signal)).rejects.toThrow(/abort/);
  });

  it("does not retry after an error that the service returned", async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      throw new Error("no such user");
    };
    await expect(retryUntilReachable(5, attempt)).rejects.toThrow("no such user");
    expect(tries).toBe(1);
  });
});

describe("a client", () => {
  const nowhere = { host: "127.0.0.1", port: 1, database: "d", user: "u", password: "p" };
  const connects: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    "of Kafka": (signal) => connectKafka(["127.0.0.1:1"], 60, signal),
    "of Postgres": (signal) => connectPostgres(nowhere, 60, { signal }),
    "of the SQL Gateway": (signal) =>
      sqlGateway("http://127.0.0.1:1", 60, signal).withSession({}, async () => {}),
  };
  it.each(Object.entries(connects))("%s ends its retries when it is aborted", async (_of, connect) => {
    await expect(connect(AbortSignal.timeout(20))).rejects.toThrow(/abort/);
  });
});

describe("restore errors", () => {
  it("distinguish state that no longer exists from state that does not fit", () => {
    const gone = new Error(
      "Cannot find checkpoint or savepoint file/directory 'file:/x/chk-1' on file system 'file'",
    );
    const unusable = [
      new Error(
        "Failed to rollback to checkpoint/savepoint x. Cannot map checkpoint/savepoint state for operator 1",
      ),
      new Error(
        "For heap backends, the new state serializer (A@1) must not be incompatible with the old one",
      ),
    ];
    expect([isStateGone(gone), isStateUnusable(gone)]).toEqual([true, false]);
    for (const error of unusable) expect([isStateGone(error), isStateUnusable(error)]).toEqual([false, true]);
    expect(isStateGone(new Error("Column 'a' not found"))).toBe(false);
  });
});
