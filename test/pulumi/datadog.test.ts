/** What a stack has recorded of Datadog stays as it is while Datadog does not accept its keys. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DATADOG_MONITORING } from "../../facts/pipeline.ts";
import type { Ended } from "./support/by-hand.ts";

const STACK = "datadog-refused";
/** In place of what is in Datadog: passwords in the component, through a provider of its own. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const length = new pulumi.Config().requireNumber("length");
new random.RandomPassword("other", { length });
if (process.env.${DATADOG_MONITORING.leaveVariable} === undefined) {
  const parent = new pulumi.ComponentResource("${DATADOG_MONITORING.type}", "datadog-monitoring", {});
  const provider = new random.Provider("datadog-account", {}, { parent });
  new random.RandomPassword("datadog-dashboard", { length }, { parent, provider });
}
`;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "commerce-datadog-"));

const run = (...words: string[]) =>
  new Promise<Ended>((resolve) => {
    const all = [path.resolve("cli/commerce.mjs"), ...words, "--cwd", dir, "--stack", STACK];
    const child = execFile(process.execPath, all, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });

beforeAll(() => {
  fs.writeFileSync(path.join(dir, "Pulumi.yaml"), "name: small\nruntime: nodejs\nmain: .\n");
  fs.writeFileSync(path.join(dir, "package.json"), '{ "type": "commonjs", "main": "index.js" }');
  fs.writeFileSync(path.join(dir, "index.js"), PROGRAM);
  fs.writeFileSync(path.join(dir, `Pulumi.${STACK}.yaml`), "");
  fs.symlinkSync(path.resolve("node_modules"), path.join(dir, "node_modules"), "junction");
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

it("is created with the program", async () => {
  await run("config", "set", "length", "8");
  const { code, text } = await run("pulumi", "up", "--yes", "--skip-preview");
  expect(code, text).toBe(0);
  expect(text).toContain("5 created");
});

it("is neither read nor deleted, and the rest of the stack is updated", async () => {
  await run("config", "set-all", "--plaintext", "length=9", "--plaintext", "datadogSite=invalid");
  await run("config", "set-all", "--secret", "datadogApiKey=a", "--secret", "datadogAppKey=b");
  const { code, text } = await run("preview");
  expect(code, text).toBe(0);
  expect(text).toMatch(
    /Datadog cannot be asked about its keys at https:\/\/api\.invalid: .*left as they are/,
  );
  expect(text).toMatch(/1 to replace\n\s+4 unchanged/);
  expect(text).not.toMatch(/datadog-(account|dashboard)/);
});
