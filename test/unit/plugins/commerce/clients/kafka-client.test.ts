import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const MODULE = new URL("../../../../../plugins/commerce/clients/kafka-client.ts", import.meta.url).href;

/** The stderr of a process that sets a timer in the past and emits another warning. */
async function warnings(before: string): Promise<string> {
  const code = `${before}; setTimeout(() => {}, -1); process.emitWarning("something else")`;
  const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
  return stderr;
}

it("kafkaClient silences the warning about timers in the past, and no other", async () => {
  expect(await warnings("")).toContain("TimeoutNegativeWarning");
  const client = `(await import("${MODULE}")).kafkaClient({ clientId: "test", brokers: ["localhost:1"] })`;
  const printed = await warnings(client);
  expect(printed).not.toContain("TimeoutNegativeWarning");
  expect(printed).toContain("something else");
});
