import { describe, expect, it } from "vitest";
import type { Sample } from "../../../../cli/page/facts.ts";
import { flowOf } from "../../../../cli/page/flow.ts";

const sample = (at: number, arrived: bigint[], written: bigint[]): Sample => ({
  at,
  arrived: new Map(arrived.map((offset, partition) => [partition, offset])),
  written: new Map(written.map((offset, partition) => [partition, offset])),
});

describe("the flow of events", () => {
  it("has rates over all partitions, in the time that passed", () => {
    const flow = flowOf([
      sample(0, [10n, 20n], [10n, 20n]),
      sample(500, [15n, 25n], [10n, 20n]),
      sample(1_500, [15n, 26n], [15n, 26n]),
    ]);
    expect(flow.seconds).toBe(1.5);
    expect(flow.arrived).toEqual([20, 1]);
    expect(flow.written).toEqual([0, 11]);
  });

  it("takes the latency of an event from its arrival to the first look at which it is written", () => {
    const { latency } = flowOf([
      sample(0, [10n], [10n]),
      sample(200, [13n], [10n]),
      sample(400, [13n], [13n]),
      sample(600, [14n], [13n]),
      sample(1_400, [14n], [14n]),
    ]);
    expect(latency).toEqual({ events: 4, medianMs: 200, slowestMs: 800 });
  });

  it("counts no event twice that was written before it was seen to arrive", () => {
    const { latency } = flowOf([sample(0, [10n], [10n]), sample(200, [12n], [12n])]);
    expect(latency).toEqual({ events: 2, medianMs: 0, slowestMs: 0 });
  });

  it("has no latency where nothing arrives, or where what arrives is not written", () => {
    expect(flowOf([sample(0, [10n], [9n]), sample(200, [10n], [10n])]).latency).toBeUndefined();
    expect(flowOf([sample(0, [10n], [9n]), sample(200, [11n], [9n])]).latency).toBeUndefined();
  });

  it("has no rate below zero when the job counts again from its checkpoint", () => {
    expect(flowOf([sample(0, [10n], [10n]), sample(200, [10n], [7n])]).written).toEqual([0]);
  });

  it("says nothing about nothing", () => {
    expect(flowOf([])).toEqual({ seconds: 0, arrived: [], written: [], latency: undefined });
  });
});
