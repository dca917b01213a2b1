import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";

const mavenrc = join(projectDir, "host-network", "mavenrc");

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mavenrc-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Reads the file as mvn does. @returns MAVEN_OPTS and the settings, without line ends */
function read(env: Record<string, string>): { options: string; settings: string | undefined } {
  const options = execFileSync("sh", ["-c", `. '${mavenrc}'; printf '%s' "$MAVEN_OPTS"`], {
    env: { PATH: process.env.PATH, HOME: home, HOST_NETWORK_MEMORY: home, MAVEN_OPTS: "-Xmx1g", ...env },
    encoding: "utf8",
  });
  try {
    return { options, settings: readFileSync(join(home, ".m2/settings.xml"), "utf8").replaceAll("\n", "") };
  } catch {
    return { options, settings: undefined };
  }
}

test.skipIf(process.platform === "win32")("without a proxy, Maven's settings are left alone", () => {
  expect(read({ NO_PROXY: "a" })).toEqual({ options: "-Xmx1g", settings: undefined });
});

test.skipIf(process.platform === "win32")("a proxy becomes Maven's, for both protocols", () => {
  const { options, settings } = read({ HTTP_PROXY: "http://proxy", NO_PROXY: ".corp, a.b" });
  expect(options).toContain("-Xmx1g -Dmaven.resolver.transport=wagon");
  for (const protocol of ["http", "https"]) {
    expect(settings).toContain(
      `<protocol>${protocol}</protocol><host>proxy</host><port>80</port>` +
        "<nonProxyHosts>*.corp|a.b</nonProxyHosts></proxy>",
    );
  }
});

test.skipIf(process.platform === "win32")(
  "its password is decoded, in a file that only its owner reads",
  () => {
    const { options, settings } = read({ HTTPS_PROXY: "http://ann:p%40%5Cr%25%26%3C%22@proxy.b:3128/" });
    expect(settings).toContain("<host>proxy.b</host><port>3128</port>");
    expect(settings).toContain('<username>ann</username><password>p@\\r%&amp;&lt;"</password>');
    expect(options).not.toContain("ann");
    expect(statSync(join(home, "maven-settings.xml")).mode & 0o077).toBe(0);
  },
);
