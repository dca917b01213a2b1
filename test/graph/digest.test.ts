import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contentDigest } from "../../infra/digest.ts";

let folder: string;
const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
const digest = () => contentDigest(folder, { NODE_IMAGE: "node:24" });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "commerce-digest-"));
  mkdirSync(join(folder, "src"));
  write("Dockerfile", "FROM scratch\n");
  write(".dockerignore", "Dockerfile\n.dockerignore\n**/*.log\n");
  write("src/main.ts", "export {};\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the digest in an image's tag", () => {
  it("changes with the Dockerfile, even if .dockerignore names it", () => {
    const before = digest();
    write("Dockerfile", "FROM scratch\nUSER node\n");
    expect(digest()).not.toBe(before);
  });

  it("changes with a file's content or name, and with the build arguments", () => {
    const digests = [digest(), contentDigest(folder, { NODE_IMAGE: "node:26" })];
    write("src/main.ts", "export const x = 1;\n");
    digests.push(digest());
    write("src/other.ts", "export const x = 1;\n");
    digests.push(digest());
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("does not change with ignored files or line ends", () => {
    const before = digest();
    write("src/debug.log", "noise");
    write("src/main.ts", "export {};\r\n");
    expect(digest()).toBe(before);
  });

  it.each(["producer", "flink-jars", "kafka-metrics"])("changes with the Dockerfile of %s", (context) => {
    cpSync(context, folder, { recursive: true });
    const before = digest();
    appendFileSync(join(folder, "Dockerfile"), "LABEL changed=yes\n");
    expect(digest()).not.toBe(before);
  });
});
