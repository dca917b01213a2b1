import { describe, expect, it } from "vitest";
import type { EngineEvent } from "../../../engine/events.ts";
import { mask, RedactingSink } from "../../../engine/redaction.ts";
import { secret, UNKNOWN } from "../../../plugins/sdk/values.ts";

const knowing = (...secrets: unknown[]) => {
  const shown: EngineEvent[] = [];
  const sink = new RedactingSink({ emit: (event) => shown.push(event) });
  for (const value of secrets) sink.learn(secret(value));
  return { sink, shown };
};
const clean = (text: string, ...secrets: unknown[]) => knowing(...secrets).sink.clean(text);

describe("secrets in what is shown", () => {
  it("are masked as values", () => {
    expect(mask({ a: [secret({ deep: "swordfish" })], b: UNKNOWN })).toEqual({ a: ["[secret]"], b: UNKNOWN });
  });

  it.each([
    ["as it is", 'pass"word\\1'],
    ["in JSON", JSON.stringify({ p: 'pass"word\\1' })],
    ["in JSON in JSON's texts", JSON.stringify('pass"word\\1').slice(1, -1)],
    ["in a URL", `http://u:${encodeURIComponent('pass"word\\1')}@host`],
  ])("are found %s", (_, text) => {
    const cleaned = clean(text, 'pass"word\\1');
    expect(cleaned).toContain("[secret]");
    expect(cleaned).not.toContain("word");
  });

  it.each(["", "u", "us", "user:", "userx:"])("are found in base64 after '%s'", (before) => {
    const text = Buffer.from(`${before}swordfish-2024 and more`).toString("base64");
    const cleaned = clean(`Basic ${text}`, "swordfish-2024");
    expect(cleaned).toContain("[secret]");
    expect(Buffer.from(cleaned.slice(6), "base64").toString()).not.toContain("swordfish");
    expect(Buffer.from(cleaned.split("[secret]")[1] ?? "", "base64").toString()).not.toContain("2024");
  });

  it("may begin alike, be many, or numbers, or have several lines", () => {
    expect(clean("s3cret-long s3cret", "s3cret", "s3cret-long")).toBe("[secret] [secret]");
    expect(clean("secret", "secret", "[secret]")).toBe("[secret]");
    expect(clean("pin 84621, a.b+c", 84621, { deep: ["a.b+c"] })).toBe("pin [secret], [secret]");
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n}\n";
    expect(clean("  MIIEvQIBADANBg\n}", key)).toBe("  [secret]\n}");
  });

  it("do not mask half the text where they are short or plain words of JSON", () => {
    const text = "a true story, 42 times: null and void";
    expect(clean(text, "a", "42", true, null, "", "st")).toBe(text);
    expect(clean(UNKNOWN, UNKNOWN)).toBe(UNKNOWN);
  });

  it("are masked in every kind of event, and learnt from what a step made", () => {
    const { sink, shown } = knowing("swordfish");
    const state = (outputs: object) => ({
      urn: "urn:pulumi:s::p::t:m:T::n",
      type: "t:m:T",
      custom: true,
      inputs: { text: "x\nswordfish\ny", kept: secret("swordfish") },
      outputs: { ...outputs },
    });
    const step = { op: "create", urn: state({}).urn, type: "t:m:T", name: "n", preview: false } as const;
    const made = {
      ...step,
      old: state({}),
      new: state({ password: secret("made-up"), echo: "it is made-up" }),
    };
    sink.emit({ kind: "step-failed", step: made, elapsedMs: 1, message: "swordfish refused, so is made-up" });
    sink.emit({ kind: "step-done", step: made, elapsedMs: 1 });
    sink.emit({ kind: "log", severity: "info", message: "made-up", ephemeral: false });
    sink.emit({ kind: "program-output", stream: "stdout", text: "I say swordfish" });
    sink.emit({ kind: "outputs", old: {}, new: { url: "http://swordfish@x" }, preview: false });
    expect(shown.map((event) => ("step" in event ? event.step.new?.outputs : event))).toMatchObject([
      { echo: "it is [secret]", password: secret("made-up") },
      { echo: "it is [secret]" },
      { message: "[secret]" },
      { text: "I say [secret]" },
      { new: { url: "http://[secret]@x" } },
    ]);
    expect(shown[0]).toMatchObject({
      message: "[secret] refused, so is [secret]",
      step: { old: { inputs: { text: "x\n[secret]\ny", kept: secret("swordfish") } } },
    });
  });
});
