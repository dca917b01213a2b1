import { describe, expect, it } from "vitest";
import type { Clock } from "../../../producer/clock.ts";
import { Counters } from "../../../producer/counters.ts";
import type { LogFields } from "../../../producer/log.ts";
import {
  backoffMs,
  type KafkaRecord,
  type KafkaSession,
  ProducerIdLostError,
  reasonOf,
  Sender,
} from "../../../producer/sender.ts";

const batchOf = (...keys: string[]): KafkaRecord[] => keys.map((key) => ({ key, value: "{}" }));
const refused = () => new Error("Connection error", { cause: new Error("connect ECONNREFUSED") });

/** The order of attempts and failures as the real client reports them; test/live uses a real broker. */
function setUp(answers: (Error | undefined | "hang")[]) {
  const attempts: string[][] = [];
  const session: KafkaSession = {
    send: async (batch) => {
      attempts.push(batch.map((record) => record.key));
      const answer = answers.shift();
      if (answer === "hang") await new Promise<never>(() => undefined);
      if (answer instanceof Error) throw answer;
    },
  };
  const sleeps: number[] = [];
  const clock: Clock = {
    unixMs: () => 0,
    monotonicMs: () => 0,
    sleep: async (ms) => {
      sleeps.push(ms);
    },
  };
  const counters = new Counters();
  const lines: [string, LogFields | undefined][] = [];
  const giveUp = new AbortController();
  const heartbeats: number[] = [];
  const sender = new Sender({
    session,
    counters,
    clock,
    log: (event, fields) => lines.push([event, fields]),
    onAcknowledged: () => heartbeats.push(counters.acknowledged),
    giveUp: giveUp.signal,
  });
  return { sender, counters, attempts, sleeps, lines, giveUp, heartbeats };
}

describe("the sender", () => {
  it("counts an acknowledged batch once and reports that it is alive", async () => {
    const { sender, counters, heartbeats } = setUp([undefined]);
    await sender.deliver(batchOf("a", "b"));
    expect({ ...counters }).toEqual({ sent: 2, acknowledged: 2, retries: 0, possibleDuplicates: 0 });
    expect(heartbeats).toEqual([2]);
  });

  it("sends the same batch again until it is acknowledged, and counts it once", async () => {
    const { sender, counters, attempts, lines, heartbeats } = setUp([refused(), refused(), undefined]);
    await sender.deliver(batchOf("a", "b"));
    expect(attempts).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
    expect({ ...counters }).toEqual({ sent: 2, acknowledged: 2, retries: 2, possibleDuplicates: 0 });
    expect(heartbeats).toHaveLength(1);
    expect(lines.map(([event]) => event)).toEqual(["retrying", "retrying", "recovered"]);
    expect(lines[0]?.[1]).toMatchObject({ failures: 1, reason: "Connection error (connect ECONNREFUSED)" });
  });

  it("counts a batch that may have been stored twice", async () => {
    const { sender, counters } = setUp([
      new ProducerIdLostError(new Error("unknown producer id")),
      undefined,
    ]);
    await sender.deliver(batchOf("a", "b", "c"));
    expect({ ...counters }).toEqual({ sent: 3, acknowledged: 3, retries: 1, possibleDuplicates: 3 });
  });

  it("waits longer after each failure", async () => {
    const { sender, sleeps } = setUp([...Array.from({ length: 4 }, refused), undefined]);
    await sender.deliver(batchOf("a"));
    expect(sleeps).toHaveLength(4);
    for (const [i, base] of [100, 200, 400, 800].entries()) {
      expect(sleeps[i]).toBeGreaterThanOrEqual(base * 0.8);
      expect(sleeps[i]).toBeLessThanOrEqual(base * 1.2);
    }
  });

  it("returns with the batch unacknowledged when it must give up while the broker hangs", async () => {
    const { sender, counters, giveUp, heartbeats } = setUp(["hang"]);
    const delivery = sender.deliver(batchOf("a", "b"));
    giveUp.abort();
    await delivery;
    expect({ ...counters }).toEqual({ sent: 2, acknowledged: 0, retries: 0, possibleDuplicates: 0 });
    expect(heartbeats).toEqual([]);
  });

  it("does not retry after it was asked to give up", async () => {
    const { sender, attempts, giveUp } = setUp([]);
    giveUp.abort();
    await sender.deliver(batchOf("a"));
    expect(attempts).toEqual([]);
  });
});

describe("the backoff", () => {
  it("doubles from 100 ms to 3 s, within 20 %", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((failures) => backoffMs(failures, 0.5))).toEqual([
      100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000,
    ]);
    expect(backoffMs(1, 0)).toBeCloseTo(80);
    expect(backoffMs(1, 1)).toBeCloseTo(120);
  });
});

describe("a reason", () => {
  it("names the root cause once", () => {
    expect(reasonOf(new Error("a", { cause: new Error("b", { cause: new Error("c") }) }))).toBe("a (c)");
    expect(reasonOf(new Error("a", { cause: new Error("a") }))).toBe("a");
    expect(reasonOf("text")).toBe("text");
  });
});
