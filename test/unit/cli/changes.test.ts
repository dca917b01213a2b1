import { describe, expect, it } from "vitest";
import { changesOf } from "../../../cli/changes.ts";
import type { Options } from "../../../cli/command-line/options.ts";
import { hintsFor } from "../../../cli/hints.ts";
import { CONFIG_KEYS } from "../../../facts/config/keys.ts";

const hint = hintsFor({ stack: "nc" }, {});
const now = new Date("2026-03-01T12:00:00Z");
const changes = (asked: Partial<Options>, config: Record<string, string> = {}) =>
  changesOf({ verb: "pause", arguments: [], from: "beginning", ...asked }, config, now, hint);

describe("a change of configuration by command", () => {
  it.each<[Partial<Options>, Record<string, string>]>([
    [{ verb: "pause" }, { desiredState: "paused" }],
    [{ verb: "resume" }, { desiredState: "running" }],
    [{ verb: "scale", arguments: ["4"] }, { parallelism: "4" }],
    [{ verb: "savepoint" }, { savepointTrigger: "2026-03-01T12:00:00.000Z" }],
    [{ verb: "replay" }, { replayFrom: "beginning", replayTrigger: "2026-03-01T12:00:00.000Z" }],
    [
      { verb: "replay", from: "2026-03-01T12:30:00+01:00" },
      { replayFrom: "2026-03-01T11:30:00.000Z", replayTrigger: "2026-03-01T12:00:00.000Z" },
    ],
  ])("%j sets %j", (asked, expected) => {
    expect(changes(asked)).toEqual(expected);
    for (const key of Object.keys(expected)) expect(CONFIG_KEYS).toHaveProperty(key);
  });

  it.each<[Partial<Options>, string]>([
    [{ verb: "scale", arguments: ["0"] }, "commerce scale 0: N is a whole number from 1 to 128"],
    [{ verb: "scale", arguments: ["1.5"] }, "N is a whole number"],
    [{ verb: "scale", arguments: ["129"] }, "N is a whole number"],
    [{ verb: "scale", arguments: ["two"] }, "N is a whole number"],
    [{ verb: "replay", from: "2026-03-01T12:00:01Z" }, "is in the future (it is 2026-03-01T12:00:00.000Z)"],
    [{ verb: "replay", from: "2026-02-01" }, "write beginning, or a time with its zone"],
    [{ verb: "replay", from: "2026-02-01T12:00" }, "write beginning, or a time with its zone"],
    [{ verb: "replay", from: "yesterday" }, "write beginning, or a time with its zone"],
  ])("refuses %j", (asked, problem) => {
    expect(() => changes(asked)).toThrow(problem);
  });

  it.each(["savepoint", "replay"] as const)(
    "refuses a %s of a paused job, which has none to take",
    (verb) => {
      expect(() => changes({ verb }, { desiredState: "paused" })).toThrow("the job is paused");
    },
  );

  it("scales a paused job, for when it is resumed", () => {
    const paused = { desiredState: "paused" };
    expect(changes({ verb: "scale", arguments: ["128"] }, paused)).toEqual({ parallelism: "128" });
  });

  it("has the limits of the configuration", () => {
    expect(CONFIG_KEYS.parallelism.type).toMatchObject({ min: 1, max: 128 });
  });
});
