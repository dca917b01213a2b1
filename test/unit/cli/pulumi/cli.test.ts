import { afterEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../../../cli/errors.ts";
import { PulumiCli } from "../../../../cli/pulumi/cli.ts";

afterEach(() => vi.unstubAllEnvs());

/** Any program does: what matters is how it is run. */
const cli = (env: Record<string, string> = {}, program = process.execPath) =>
  new PulumiCli({ program, version: "3.0.0", origin: "on the PATH" }, env, new AbortController().signal);

describe("the Pulumi CLI", () => {
  it("is run without FORCE_COLOR: its plugins would print their ports in colour", async () => {
    vi.stubEnv("FORCE_COLOR", "1");
    const { stdout } = await cli().run(["--print", "String(process.env.FORCE_COLOR)"], "capture");
    expect(stdout).toBe("undefined\n");
  });

  it("has its own variables, and returns output and exit code", async () => {
    const script = "console.log(process.env.A); console.error('why'); process.exit(6)";
    expect(await cli({ A: "b" }).run(["--eval", script], "capture")).toEqual({
      code: 6,
      stdout: "b\n",
      stderr: "why\n",
    });
  });

  it("is an error of one line when it cannot be started", async () => {
    const run = cli({}, "/no/such/pulumi").run([], "capture");
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/^\/no\/such\/pulumi cannot be started: /);
  });
});
