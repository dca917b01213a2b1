import { describe, expect, it } from "vitest";
import { redactor, secretsIn } from "../../../cli/secrets.ts";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const resource = (inputs: object, outputs: Record<string, unknown>) => ({
  urn: "u",
  type: "t",
  inputs,
  outputs,
});

describe("the secrets of a state", () => {
  it("are all that Pulumi has marked, and the passwords in secret URLs", () => {
    const resources = [
      resource({}, { result: secret("Pa55word") }),
      resource(
        { uploads: secret([{ file: "/run/secrets/key", content: "datadog-key\n" }]) },
        { name: "kafka" },
      ),
      resource(
        {},
        { readerUrl: secret("postgresql://reader:s%2Fcret@127.0.0.1:5432/db"), flag: secret("true") },
      ),
    ];
    expect(secretsIn({ resources }).sort()).toEqual(
      [
        "Pa55word",
        "datadog-key",
        "postgresql://reader:s%2Fcret@127.0.0.1:5432/db",
        "s%2Fcret",
        "s/cret",
      ].sort(),
    );
  });
});

describe("the redactor", () => {
  const redact = redactor(['pa"ss/word', "pass-word", "pass-word-2"]);

  it.each([
    ["password is pass-word-2, not pass-word", "password is [secret], not [secret]"],
    [JSON.stringify({ text: 'pa"ss/word' }), '{"text":"[secret]"}'],
    [encodeURIComponent('pa"ss/word'), "[secret]"],
    [Buffer.from("pass-word").toString("base64"), "[secret]"],
  ])("masks known secrets in %s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    ["postgresql://owner:unknown1@postgres:5432/db", "postgresql://owner:[secret]@postgres:5432/db"],
    ["connect with password=abc123 now", "connect with password=[secret] now"],
    ['{"pgadminPassword":"abc","x":1}', '{"pgadminPassword":"[secret]","x":1}'],
    ["DD_API_KEY=0123", "DD_API_KEY=[secret]"],
  ])("masks what looks like one in %s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("leaves everything else", () => {
    for (const text of [
      'password authentication failed for user "flink_writer"',
      "http://127.0.0.1:8081/jobs",
      "kafka://host:9092 and mail a@b.c",
    ]) {
      expect(redact(text)).toBe(text);
    }
  });
});
