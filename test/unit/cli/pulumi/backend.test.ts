import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendEnvironment, backendOf } from "../../../../cli/pulumi/backend.ts";
import { withoutSalt } from "../../../../cli/pulumi/stack-file.ts";
import { projectDir } from "../../../../cli/setup/paths.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "commerce-unit-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const project = (backendUrl?: string) => ({ dir, backendUrl });
const environment = (env: Record<string, string>, asked?: string) =>
  backendEnvironment(backendOf(project(), env, asked), project(), env);

describe("where state is kept", () => {
  it("is in the project's folder, unless a flag, a variable or Pulumi.yaml says otherwise, in this order", () => {
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

  it("can be a folder relative to the project, in the home folder, or on a Windows drive", () => {
    expect(backendOf(project(), {}, "file://state").folder).toBe(join(dir, "state"));
    expect(backendOf(project(), {}, "file://~/state").folder).not.toContain("~");
    if (process.platform === "win32")
      expect(backendOf(project(), {}, "file:///C:/s").url).toBe("file://C:/s");
  });
});

describe("a path that Pulumi would read as parts of a URL", () => {
  it("is refused, and options of the backend are passed on", () => {
    for (const path of ["c#/state", "100%/state"])
      expect(() => backendOf(project(), {}, `file://${path}`)).toThrow("it takes # and % in the path");
    expect(backendOf(project(), {}, "file:///s?no_tmp_dir=true")).toEqual({
      url: "file:///s?no_tmp_dir=true",
      folder: "/s",
    });
  });
});

describe("the salt in a stack's file", () => {
  it("is removed when a stack is created, unless a value is encrypted", () => {
    const plain = 'config:\n  p:k: "1"\n';
    expect(withoutSalt(`${plain}encryptionsalt: v1:x\n`)).toBe(plain);
    expect(withoutSalt(`encryptionsalt: v1:x\n${plain}`)).toBe(plain);
    const encrypted = "config:\n  p:k:\n    secure: v1:y\nencryptionsalt: v1:x\n";
    expect(withoutSalt(encrypted)).toBe(encrypted);
  });

  it("is not in the project's own stack files", () => {
    const tracked = execFileSync("git", ["ls-files", "Pulumi.*.yaml"], { cwd: projectDir, encoding: "utf8" });
    for (const file of tracked.split("\n").filter(Boolean)) {
      const committed = execFileSync("git", ["show", `HEAD:${file}`], { cwd: projectDir, encoding: "utf8" });
      expect(committed, file).not.toContain("encryptionsalt");
    }
  });
});

describe("the passphrase", () => {
  it("is generated once, into a file that only its owner can read", () => {
    const first = environment({});
    const file = first.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
    expect(statSync(file).size).toBeGreaterThanOrEqual(32);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(environment({})).toEqual(first);
  });

  it("is the user's own if one is set, even an empty one", () => {
    expect(environment({ PULUMI_CONFIG_PASSPHRASE: "" })).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(environment({ PULUMI_CONFIG_PASSPHRASE_FILE: "/p" })).not.toHaveProperty(
      "PULUMI_CONFIG_PASSPHRASE_FILE",
    );
  });

  it("is not generated for a backend with its own encryption, or one that the user is logged in to", () => {
    expect(environment({}, "https://api.example.com")).toEqual({
      PULUMI_BACKEND_URL: "https://api.example.com",
    });
    expect(environment({}, "current")).toEqual({});
    expect(environment({}, "s3://bucket")).toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  });
});
