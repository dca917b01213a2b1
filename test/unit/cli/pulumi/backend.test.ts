import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendEnvironment, backendOf } from "../../../../cli/pulumi/backend.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "commerce-unit-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const project = (backendUrl?: string) => ({ dir, backendUrl });
const environment = (env: Record<string, string>, asked?: string) =>
  backendEnvironment(backendOf(project(), env, asked), project(), env);

describe("where state is kept", () => {
  it("is beside the project unless something else is asked for: a flag, a variable, Pulumi.yaml, in this order", () => {
    const env = { PULUMI_BACKEND_URL: "s3://env" };
    expect(backendOf(project(), {})).toEqual({
      url: `file://${join(dir, ".pulumi-state")}`,
      folder: join(dir, ".pulumi-state"),
    });
    expect(backendOf(project("gs://yaml"), {}).url).toBe("gs://yaml");
    expect(backendOf(project("gs://yaml"), env).url).toBe("s3://env");
    expect(backendOf(project("gs://yaml"), env, "https://flag").url).toBe("https://flag");
    expect(backendOf(project(), env, "current")).toEqual({ url: undefined, folder: undefined });
  });

  it("takes a folder relative to the project, in the home folder, or with a Windows drive", () => {
    expect(backendOf(project(), {}, "file://state").folder).toBe(join(dir, "state"));
    expect(backendOf(project(), {}, "file://~/state").folder).not.toContain("~");
    if (process.platform === "win32")
      expect(backendOf(project(), {}, "file:///C:/s").url).toBe("file://C:/s");
  });
});

describe("the passphrase", () => {
  it("is generated once, into a file of its owner's alone", () => {
    const first = environment({});
    const file = first.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
    expect(statSync(file).size).toBeGreaterThanOrEqual(32);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(environment({})).toEqual(first);
  });

  it("is the user's own where one is set, be it empty", () => {
    expect(environment({ PULUMI_CONFIG_PASSPHRASE: "" })).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(environment({ PULUMI_CONFIG_PASSPHRASE_FILE: "/p" })).not.toHaveProperty(
      "PULUMI_CONFIG_PASSPHRASE_FILE",
    );
  });

  it("is not generated for a backend that encrypts by itself, or that the user is logged in to", () => {
    expect(environment({}, "https://api.example.com")).toEqual({
      PULUMI_BACKEND_URL: "https://api.example.com",
    });
    expect(environment({}, "current")).toEqual({});
    expect(environment({}, "s3://bucket")).toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  });
});
