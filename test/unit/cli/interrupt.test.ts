import { describe, expect, it } from "vitest";
import { Interrupted } from "../../../cli/errors.ts";
import { droppable } from "../../../cli/interrupt.ts";

describe("work that can be dropped", () => {
  const never = new Promise<never>(() => undefined);

  it("gives its result, or its error, when nobody interrupts", async () => {
    const { signal } = new AbortController();
    await expect(droppable(signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(droppable(signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("ends as soon as somebody does, or has before", async () => {
    const controller = new AbortController();
    const work = droppable(controller.signal, never);
    controller.abort();
    await expect(work).rejects.toThrow(Interrupted);
    await expect(droppable(controller.signal, never)).rejects.toThrow(Interrupted);
  });
});
