import { describe, expect, it } from "vitest";
import { followAll } from "../../../../cli/logs/follow.ts";
import { mergeByTime, type ServiceLine } from "../../../../cli/logs/merge.ts";
import { lineRange, selectServices } from "../../../../cli/logs/selection.ts";
import { printableLine } from "../../../../cli/printable.ts";
import { LogLines, logLines } from "../../../../plugins/docker/formats/log-lines.ts";

const at = (second: number, fraction = "") =>
  `2026-01-31T12:00:${String(second).padStart(2, "0")}${fraction}Z`;

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("the frames of a log", () => {
  const log = Buffer.concat([
    frame(1, `${at(1, ".5")} first\r\n`),
    frame(1, `${at(2)} a long line, `),
    frame(2, `${at(2)} an error ü\n`),
    frame(1, `${at(2)} in two frames\n`),
    frame(1, `${at(3)} \n`),
    frame(1, `${at(4)} no line break`),
  ]);

  it("become lines, a split line one again", () => {
    expect(logLines(log)).toEqual([
      { time: at(1, ".5"), text: "first" },
      { time: at(2), text: "an error ü" },
      { time: at(2), text: "a long line, in two frames" },
      { time: at(3), text: "" },
      { time: at(4), text: "no line break" },
    ]);
  });

  it("may arrive in chunks of any size", () => {
    for (const size of [1, 7, 64]) {
      const lines = new LogLines();
      const found = [];
      for (let begin = 0; begin < log.length; begin += size) {
        found.push(...lines.push(log.subarray(begin, begin + size)));
      }
      expect([...found, ...lines.end()]).toEqual(logLines(log));
    }
  });
});

describe("lines of several services", () => {
  const line = (service: string, time: string, text: string): ServiceLine => ({ service, time, text });

  it("are merged by time, whatever the number of digits, without changing a service's own order", () => {
    const kafka = [
      line("kafka", at(1, ".9"), "a"),
      line("kafka", at(1, ".123456789"), "late"),
      line("kafka", at(3), "b"),
    ];
    const flink = [
      line("flink", at(1, ".123"), "c"),
      line("flink", "", "no time"),
      line("flink", at(2), "d"),
    ];
    expect(mergeByTime([kafka, flink]).map(({ text }) => text)).toEqual([
      "c",
      "no time",
      "a",
      "late",
      "d",
      "b",
    ]);
  });

  it("are followed through a restart, without repeating any", async () => {
    const stop = new AbortController();
    const asked: [string, number][] = [];
    const printed: string[] = [];
    const rounds = [["one"], ["one", "two"], ["two", "three"]];
    await followAll(
      {
        running: async () => [{ id: "id", service: "kafka" }],
        follow: async ({ service }, since, onLine) => {
          asked.push([service, since]);
          const texts = rounds[asked.length - 1] ?? [];
          for (const text of texts) {
            onLine(line(service, at(["one", "two", "three"].indexOf(text) + 1), text));
          }
          if (asked.length === rounds.length) stop.abort();
        },
      },
      new Map(),
      0,
      stop.signal,
      ({ text }) => printed.push(text),
    );
    expect(printed).toEqual(["one", "two", "three"]);
    expect(asked).toEqual([
      ["kafka", 0],
      ["kafka", Date.parse(at(1))],
      ["kafka", Date.parse(at(2))],
    ]);
  });
});

describe("the selection of lines", () => {
  const existing = ["jobmanager", "kafka", "taskmanager", "taskmanager-2"];
  const now = Date.parse("2026-01-31T12:00:00Z");

  it("has all services by default, and all of a numbered kind", () => {
    expect(selectServices([], existing)).toEqual(existing);
    expect(selectServices(["taskmanager", "kafka"], existing)).toEqual([
      "kafka",
      "taskmanager",
      "taskmanager-2",
    ]);
    expect(selectServices(["taskmanager-2"], existing)).toEqual(["taskmanager-2"]);
    expect(() => selectServices(["kafak"], existing)).toThrow("no container kafak; did you mean kafka?");
  });

  it.each([
    [{}, { since: undefined, tail: 100 }],
    [{ tail: "all" }, { since: undefined, tail: undefined }],
    [{ tail: "0" }, { since: undefined, tail: 0 }],
    [{ since: "10m" }, { since: now - 600_000, tail: undefined }],
    [
      { since: "1.5h", tail: "7" },
      { since: now - 5_400_000, tail: 7 },
    ],
    [{ since: "2026-01-31T11:59:00+00:00" }, { since: now - 60_000, tail: undefined }],
  ])("of %j is %j", (given, expected) => {
    expect(lineRange({ since: undefined, tail: undefined, ...given }, now)).toEqual(expected);
  });

  it.each([
    [{ tail: "-1" }],
    [{ tail: "many" }],
    [{ since: "yesterday" }],
    [{ since: "10" }],
    [{ since: "2026" }],
  ])("refuses %j", (given) => {
    expect(() => lineRange({ since: undefined, tail: undefined, ...given }, now)).toThrow(/--(tail|since)/);
  });
});

describe("a line of a log", () => {
  it("cannot move the cursor, change colours or begin another line", () => {
    expect(printableLine("\x1b[31mred\x1b[0m\ttab\rback\x07 \u202eright to left")).toBe(
      "red\ttab\\x0dback\\x07 \\u202eright to left",
    );
  });
});
