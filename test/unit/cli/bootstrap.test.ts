import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir, whyInstall, whyNotRunning } from "../../../cli/bootstrap.mjs";

const wanted = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/pg": { version: "8.23.1" },
    "node_modules/vitest": { version: "5.1.1", dev: true },
    "node_modules/fsevents": { version: "2.3.3", optional: true },
  },
};
const all = {
  packages: { "node_modules/pg": { version: "8.23.1" }, "node_modules/vitest": { version: "5.1.1" } },
};

describe("whether the dependencies must be installed", () => {
  it("accepts the packages of the lock file, except those of other platforms", () => {
    expect(whyInstall(wanted, all, { dev: true })).toBeUndefined();
  });

  it("notices that nothing is installed, or that an install was killed", () => {
    expect(whyInstall(wanted, undefined, { dev: false })).toBe("nothing is installed yet");
  });

  it("notices another version", () => {
    const installed = { packages: { ...all.packages, "node_modules/pg": { version: "8.0.0" } } };
    expect(whyInstall(wanted, installed, { dev: false })).toBe("pg is 8.0.0, the lock file says 8.23.1");
  });

  it("notices missing and extra packages", () => {
    const { "node_modules/pg": pg } = all.packages;
    expect(whyInstall(wanted, { packages: {} }, { dev: false })).toBe("pg is missing");
    const extra = { packages: { "node_modules/pg": pg, "node_modules/left-pad": { version: "1.0.0" } } };
    expect(whyInstall(wanted, extra, { dev: false })).toBe("node_modules/left-pad is not in the lock file");
  });

  it("needs development dependencies only for tests", () => {
    const withoutDev = { packages: { "node_modules/pg": { version: "8.23.1" } } };
    expect(whyInstall(wanted, withoutDev, { dev: false })).toBeUndefined();
    expect(whyInstall(wanted, withoutDev, { dev: true })).toBe("vitest is missing");
  });

  it("agrees with npm on this checkout", () => {
    const read = (path: string) => JSON.parse(readFileSync(join(projectDir, path), "utf8"));
    const installed = read("node_modules/.package-lock.json");
    expect(whyInstall(read("package-lock.json"), installed, { dev: true })).toBeUndefined();
  });
});

describe("the Node.js that the project runs on", () => {
  it("is the running one where npm has none, if that runs TypeScript", () => {
    for (const version of ["22.18.0", "23.6.0", "24.21.0", "26.0.1"])
      expect(whyNotRunning(version, false)).toBeUndefined();
  });

  it("has to be installed if the running one is too old", () => {
    for (const version of ["20.20.2", "22.17.1"]) {
      const problem = whyNotRunning(version, false);
      expect(problem).toContain(`npm has none for this platform), and Node.js ${version}`);
      expect(problem).toContain("\nInstall Node.js 22.18 or later: https://nodejs.org");
      expect(whyNotRunning(version, true)).toContain("npm ci --include=optional");
    }
  });
});

it("no dependency needs an install script, which could download something that the lock file does not have", () => {
  interface Locked {
    hasInstallScript?: boolean;
    optional?: boolean;
  }
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(join(projectDir, "package-lock.json"), "utf8"),
  );
  const withScript = Object.entries(packages).filter(
    ([, entry]) => entry.hasInstallScript && !entry.optional,
  );
  // One compares version numbers. The other compiles something for speed, and does without where it cannot.
  expect(withScript.map(([path]) => path)).toEqual(["node_modules/protobufjs", "node_modules/ssh2"]);
});
