import { describe, expect, it } from "vitest";
import { diffSettings, onlySettings } from "../../../../plugins/sdk/settings.ts";
import { secret, UNKNOWN } from "../../../../plugins/sdk/values.ts";

describe("diffSettings", () => {
  const olds = { host: "127.0.0.1", port: "5432", password: "p" };

  it("lists what was changed, added and removed, and never replaces", () => {
    expect(diffSettings(olds, { host: "127.0.0.1", port: "5433", sslmode: "disable" })).toEqual({
      changes: true,
      replaces: [],
      detailed: { port: "update", sslmode: "add", password: "delete" },
    });
  });

  it("treats an unknown value as a change in place", () => {
    expect(diffSettings(olds, { ...olds, host: UNKNOWN })).toEqual({
      changes: true,
      replaces: [],
      detailed: { host: "update" },
    });
  });

  it("reports no change for equal settings, secrets of equal values, or null instead of absent", () => {
    expect(diffSettings(olds, { ...olds, password: secret("p"), database: null })).toEqual({
      changes: false,
      replaces: [],
      detailed: {},
    });
    expect(diffSettings(olds, { ...olds, password: secret("q") }).changes).toBe(true);
  });

  it("ignores keys that the engine adds", () => {
    const news = { ...olds, version: "2", pluginDownloadURL: "u", __internal: {}, __defaults: ["port"] };
    expect(diffSettings({ ...olds, version: "1" }, news).changes).toBe(false);
  });
});

describe("onlySettings", () => {
  it("refuses an unsupported setting by name, and accepts keys that the engine adds", () => {
    expect(() => onlySettings({ host: "h", version: "1", __internal: {} }, ["host"])).not.toThrow();
    expect(() => onlySettings({ certPath: "c" }, ["host"])).toThrow(
      'Provider setting "certPath" is not supported by the project\'s own plugin (supported: host)',
    );
  });
});
