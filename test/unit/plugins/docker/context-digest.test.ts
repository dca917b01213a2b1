import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ContextEntry,
  contextDigest,
  contextEntry,
  digestOf,
  legacyContextDigest,
} from "../../../../plugins/docker/context-digest.ts";

let context: string;
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), "build context "));
  write("Dockerfile", "FROM scratch\n");
});
afterEach(() => rmSync(context, { recursive: true }));

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(context, path)), { recursive: true });
  writeFileSync(join(context, path), text);
  chmodSync(join(context, path), mode);
}

const digest = (dockerfile = "Dockerfile") => contextDigest(context, join(context, dockerfile));

describe("the digest of a build context", () => {
  it.each(["flink-jars", "producer"])("is what the official plugin recorded for %s", (name) => {
    const recorded = JSON.parse(
      readFileSync(new URL("../states/build-contexts.json", import.meta.url), "utf8"),
    )[name] as { contextDigest: string; dockerfile: string; files: Record<string, string> };
    const entries: ContextEntry[] = [
      { name: "Dockerfile", mode: "----------", sha256: recorded.dockerfile },
      ...Object.entries(recorded.files).map(([name, sha256]) => ({ name, mode: "-rw-r--r--", sha256 })),
    ];
    expect(digestOf(entries)).toBe(recorded.contextDigest);
  });

  // Computed with the libraries that the official plugin walks a context with (fsutil, patternmatcher).
  it("walks and ignores files as Docker does", () => {
    const rules = [
      "# comment",
      "**/*.log",
      "!keep.log",
      "/dist/",
      "node_modules",
      "a?c",
      "[xy].txt",
      "sub/*",
    ];
    write(".dockerignore", `\uFEFF${[...rules, "!sub/kept", "  spaced.txt  ", ""].join("\r\n")}`);
    const names = ["src/a.txt", "src/deep/b.log", "src.txt", "src-x/c", "keep.log", "old.log", "dist/x"];
    const more = [
      "node_modules/m/i.js",
      "nested/node_modules/i.js",
      "abc",
      "ac",
      "x.txt",
      "Y.txt",
      "spaced.txt",
    ];
    for (const name of [...names, ...more, "sub/gone", "sub/kept", "ü.txt", "a b.txt"])
      write(name, `${name}\n`);
    write("bin/run", "run\n", 0o755);
    write("bin/odd", "odd\n", 0o2640);
    expect(digest()).toBe("ed2691ca9d9a50e1f23da0172af4db18b9e3034e9714d5699e99f3a47b27d49f");
  });

  it("prefers the ignore file of a Dockerfile with another name to the context's", () => {
    write(".dockerignore", "one\n");
    write("other.Dockerfile", "FROM other\n");
    write("other.Dockerfile.dockerignore", "two\n*.dockerignore\n");
    write("one", "1");
    write("two", "2");
    expect(digest("other.Dockerfile")).toBe(
      "ec7b5d9c4e50eb21ca29d583daa4db2e133f7db9b6a4905f534b216323341025",
    );
  });

  it("changes with a Dockerfile that is ignored", () => {
    write(".dockerignore", "Dockerfile\n.dockerignore\n");
    const before = digest();
    write("Dockerfile", "FROM busybox\n");
    expect(digest()).not.toBe(before);
  });

  it("changes with a file's name, mode and content, and with nothing else", () => {
    write("src/a.txt", "a");
    const before = digest();
    mkdirSync(join(context, "empty"));
    expect(digest()).toBe(before);
    write("src/a.txt", "a", 0o600);
    const [mode] = [digest(), write("src/a.txt", "A")];
    const [content] = [digest(), rmSync(join(context, "src/a.txt")), write("src/b.txt", "A")];
    expect(new Set([before, mode, content, digest()]).size).toBe(4);
  });

  it("hashes a link as its target, relative or absolute like the context", () => {
    write("target", "t");
    symlinkSync("target", join(context, "link"));
    symlinkSync("nowhere", join(context, "dangling"));
    const hashOf = (text: string) => {
      write("hashed", text);
      return contextEntry(context, "hashed").sha256;
    };
    const from = relative(process.cwd(), context);
    const [absolute, relativeTo] = [contextEntry(context, "link"), contextEntry(from, "link")];
    expect(absolute).toEqual({ name: "link", mode: "Lrwxrwxrwx", sha256: hashOf(join(context, "target")) });
    expect(relativeTo.sha256).toBe(hashOf(join(from, "target")));
    expect(contextEntry(context, "dangling").sha256).toBe(hashOf("nowhere"));
  });
});

describe("the digest of version 0.1", () => {
  it("is still recognized, so that its stacks need no rebuild", () => {
    write(".dockerignore", "**/*.log\n");
    write("src/a.txt", "a");
    write("src.txt", "b");
    write("x.log", "c");
    expect(legacyContextDigest(context, join(context, "Dockerfile"))).toBe(
      "70bb31d5e3223632d2d90c7254607b92611d8e1d95e399b16dd18a6818885c79",
    );
  });
});
