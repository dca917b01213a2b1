import { describe, expect, it } from "vitest";
import type { Place, ProofClients, Totals } from "../../../cli/proof/clients.ts";
import { type ProofEvent, proofEvents, toJson } from "../../../cli/proof/event.ts";
import { formatMoney, parseMoney } from "../../../cli/proof/money.ts";
import { followEvents, type Hop, type Verdict } from "../../../cli/proof/story.ts";
import type { Clock } from "../../../cli/proof/wait.ts";

/** A pipeline in memory: what is sent shows in the tables after `latency`. Time passes only by sleeping. */
class Pipeline {
  time = 0;
  latency = 700;
  sent: { event: ProofEvent; at: number }[] = [];
  totals: Totals;
  recorded: string[] = [];
  /** The recorded ids at each removal. */
  removed: string[][] = [];
  jobState = "RUNNING";
  failure: string | undefined;
  /** Makes a call fail or lie. */
  broken: Partial<
    Record<"send" | "read" | "transaction" | "sales_per_day" | "postgres" | "remove", boolean>
  > = {};

  constructor(start: Totals = { sales_per_category: 0n, sales_per_day: 0n, sales_per_month: 0n }) {
    this.totals = start;
  }

  readonly clock: Clock = {
    now: () => this.time,
    sleep: async (milliseconds) => {
      this.time += milliseconds;
    },
  };

  private visible(): ProofEvent[] {
    return this.sent.filter(({ at }) => this.time >= at + this.latency).map(({ event }) => event);
  }

  private sum(table: keyof Totals): bigint {
    const sign = { purchase: 1n, refund: -1n };
    const lost = table === "sales_per_day" && this.broken.sales_per_day ? 0n : 1n;
    return this.visible().reduce(
      (total, { amount, transactionType }) => total + lost * sign[transactionType] * amount,
      this.totals[table],
    );
  }

  readonly clients: ProofClients = {
    topic: {
      send: async (event): Promise<Place> => {
        if (this.broken.send) throw new Error("broker not available");
        this.sent.push({ event, at: this.time });
        return { partition: 0, offset: String(this.sent.length - 1) };
      },
      read: async ({ offset }) => {
        const found = this.sent[Number(offset)];
        return this.broken.read ? '{"other":1}' : found && toJson(found.event);
      },
    },
    job: {
      facts: async () => ({ state: this.jobState, checkpointAge: 1200, failure: this.failure }),
    },
    tables: {
      transaction: async (id) => {
        if (this.broken.transaction) return undefined;
        const event = this.visible().find(({ transactionId }) => transactionId === id);
        return event && { transactionType: event.transactionType, amount: event.amount, currency: "XTS" };
      },
      totals: async () => {
        if (this.broken.postgres) throw new Error("connect ECONNREFUSED 127.0.0.1:5432");
        const [sales_per_category, sales_per_day, sales_per_month] = [
          this.sum("sales_per_category"),
          this.sum("sales_per_day"),
          this.sum("sales_per_month"),
        ];
        return { sales_per_category, sales_per_day, sales_per_month };
      },
      record: async ({ transactionId }) => {
        if (!this.sent.some(({ event }) => event.transactionId === transactionId))
          throw new Error("an event that was not acknowledged");
        this.recorded.push(transactionId);
      },
      removeRows: async () => {
        if (this.broken.remove) throw new Error("permission denied for table transactions");
        this.removed.push([...this.recorded]);
        return 5;
      },
    },
  };

  async followEvents(): Promise<{ verdict: Verdict; shown: Hop[] }> {
    const shown: Hop[] = [];
    const events = proofEvents(new Date("2026-02-28T23:59:59.500Z"), () => 0.5);
    const witness = { waitingFor: () => undefined, passed: (hop: Hop) => shown.push(hop) };
    return { verdict: await followEvents(this.clients, events, this.clock, witness), shown };
  }
}

const failed = ({ verdict }: { verdict: Verdict }) => {
  if (verdict.ok) throw new Error("the proof was expected to fail");
  return verdict.failed;
};

describe("the proof", () => {
  it("follows a purchase and its refund through every hop, in order, with times", async () => {
    const pipeline = new Pipeline();
    const { verdict, shown } = await pipeline.followEvents();
    expect(verdict.ok).toBe(true);
    expect(shown.map(({ name }) => name)).toEqual([
      "Postgres answers",
      "acknowledged by Kafka",
      "read back from the topic",
      "job RUNNING in Flink",
      "row in transactions",
      "sales_per_category",
      "sales_per_day",
      "sales_per_month",
      "refund acknowledged",
      "refund in transactions",
      "sales_per_category",
      "sales_per_day",
      "sales_per_month",
      "its rows removed again",
    ]);
    expect(shown[4]?.ms).toBe(700);
    expect(shown[5]?.note).toBe("+50.50 XTS");
    expect(shown[9]?.ms).toBe(700);
    expect(shown[10]?.note).toBe("-50.50 XTS");
    expect(pipeline.sent.map(({ event }) => event.transactionType)).toEqual(["purchase", "refund"]);
    expect(pipeline.removed).toEqual([pipeline.sent.map(({ event }) => event.transactionId)]);
  });

  it("starts from the totals that it finds", async () => {
    const left = { sales_per_category: 1234n, sales_per_day: -5n, sales_per_month: 0n };
    expect((await new Pipeline(left).followEvents()).verdict.ok).toBe(true);
  });

  it("names Postgres when it does not answer, and sends nothing", async () => {
    const pipeline = new Pipeline();
    pipeline.broken.postgres = true;
    expect(failed(await pipeline.followEvents())).toMatchObject({
      hop: "Postgres answers",
      service: "postgres",
    });
    expect(pipeline.sent).toEqual([]);
    expect(pipeline.time).toBeLessThan(61_000);
  });

  it("names Kafka when it accepts no event, and records none", async () => {
    const pipeline = new Pipeline();
    pipeline.broken.send = true;
    expect(failed(await pipeline.followEvents())).toEqual({
      hop: "acknowledged by Kafka",
      service: "kafka",
      reason: "broker not available",
    });
    expect(pipeline.recorded).toEqual([]);
  });

  it("does not mistake another message for its own", async () => {
    const pipeline = new Pipeline();
    pipeline.broken.read = true;
    expect(failed(await pipeline.followEvents()).reason).toContain("another message is at its offset");
  });

  it("names the job, its state and its last failure", async () => {
    const pipeline = new Pipeline();
    pipeline.jobState = "RESTARTING";
    pipeline.failure = "PSQLException: permission denied for table transactions";
    const failure = failed(await pipeline.followEvents());
    expect(failure).toMatchObject({ hop: "job RUNNING in Flink", service: "jobmanager" });
    expect(failure.reason).toContain("the job is RESTARTING: PSQLException: permission denied");
  });

  it("names a table that is behind, with its total and the expected one, and refunds its purchase", async () => {
    const pipeline = new Pipeline();
    pipeline.broken.sales_per_day = true;
    const failure = failed(await pipeline.followEvents());
    expect(failure).toMatchObject({ hop: "sales_per_day", service: "taskmanager" });
    expect(failure.reason).toContain("last seen: 0.00 instead of 50.50 XTS");
    expect(pipeline.sent.map(({ event }) => event.transactionType)).toEqual(["purchase", "refund"]);
    expect(pipeline.removed).toEqual([pipeline.sent.map(({ event }) => event.transactionId)]);
    expect(pipeline.time).toBeLessThan(40_000);
  });

  it("always ends, and reports the failed hop rather than a failed cleanup", async () => {
    const pipeline = new Pipeline();
    pipeline.broken.transaction = true;
    pipeline.broken.remove = true;
    expect(failed(await pipeline.followEvents()).hop).toBe("row in transactions");
  });
});

describe("its event", () => {
  it("keeps to the data contract, in the currency for testing", () => {
    const [purchase, refund] = proofEvents(new Date("2026-02-28T23:59:59.500Z"), () => 0);
    expect(JSON.parse(toJson(purchase))).toEqual({
      transactionId: expect.stringMatching(/^proof-[0-9a-f-]{36}$/),
      userId: "proof",
      transactionType: "purchase",
      amount: 1,
      currency: "XTS",
      transactionDate: "2026-02-28T23:59:59.500Z",
      category: purchase.transactionId,
      merchant: "proof",
      location: "proof",
    });
    expect(refund.transactionId).not.toBe(purchase.transactionId);
    const shared = ({ amount, at, category }: ProofEvent) => [amount, at, category];
    expect(shared(refund)).toEqual(shared(purchase));
  });

  it("writes every possible amount with two decimals at most", () => {
    for (let step = 0; step < 9900; step++) {
      const [{ amount, ...rest }] = proofEvents(new Date(0), () => step / 9900);
      expect(toJson({ amount, ...rest })).toMatch(/"amount":\d+(\.\d{1,2})?,/);
    }
  });
});

describe("money", () => {
  it.each([
    ["0", 0n],
    ["12", 1200n],
    ["12.3", 1230n],
    ["-12.34", -1234n],
    ["0.05", 5n],
    ["99999999999999999999.99", 9999999999999999999999n],
    ["1.500", 150n],
  ])("reads %s", (text, money) => expect(parseMoney(text)).toBe(money));

  it("counts a missing row as zero, and refuses what is not an amount", () => {
    expect(parseMoney(null)).toBe(0n);
    for (const text of ["NaN", "", "1e3", "1.234"]) expect(() => parseMoney(text)).toThrow("not an amount");
  });

  it("prints what it reads", () => {
    for (const text of ["0.00", "-0.07", "12.30", "1000000.00"])
      expect(formatMoney(parseMoney(text))).toBe(text);
  });
});
