import { createRequire } from "node:module";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stopIdleTimers } from "../../../producer/kafkajs-queue.ts";

stopIdleTimers(import.meta.url);
const RequestQueue = createRequire(import.meta.url)("kafkajs/src/network/requestQueue");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function queueOf(maxInFlightRequests: number) {
  const logger = { debug() {}, warn() {} };
  const sent: number[] = [];
  const queue = new RequestQueue({ maxInFlightRequests, requestTimeout: 1_000, logger });
  const push = (correlationId: number) =>
    queue.push({
      entry: { correlationId, resolve() {}, reject() {} },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
  const answer = (correlationId: number) => queue.fulfillRequest({ correlationId, size: 0, payload: null });
  return { queue, sent, push, answer };
}

it("a connection without requests sets no timer", () => {
  const { push, answer, sent } = queueOf(1);
  push(1);
  answer(1);
  expect(sent).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a request that waits for another, or for the end of throttling, is sent", () => {
  const { queue, push, answer, sent } = queueOf(1);
  push(1);
  push(2);
  answer(1);
  expect(sent).toEqual([1, 2]);
  queue.maybeThrottle(500);
  answer(2);
  push(3);
  vi.advanceTimersByTime(499);
  expect(sent).toEqual([1, 2]);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([1, 2, 3]);
});
