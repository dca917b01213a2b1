/** The command itself, in a folder with a project that has never been up, on a machine without Docker. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../../cli/bootstrap.mjs";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "commerce-unit-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: small\nruntime: nodejs\nconfig:\n  size: 1\n");
  writeFileSync(join(folder, "Pulumi.nc.yaml"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function commerce(line: string): Promise<Ended> {
  const env = {
    ...process.env,
    DOCKER_HOST: `unix://${folder}/none.sock`,
    npm_lifecycle_event: undefined,
    PULUMI_STACK: undefined,
    PULUMI_BACKEND_URL: undefined,
  };
  const args = [join(projectDir, "cli", "main.ts"), ...line.split(" ")];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

const here = () => `--stack nc --cwd ${folder}`;

describe.concurrent("the exit code", { timeout: 60_000 }, () => {
  it.each(["status", "savepoint --yes"])("is 3 for `%s` of a stack that is not up", async (verb) => {
    const { code, stdout, stderr } = await commerce(`${verb} ${here()}`);
    expect(stdout + stderr).toContain("tack nc is not up");
    expect(stdout + stderr).toContain(`npx commerce up --stack nc --cwd ${folder}`);
    expect(code).toBe(3);
  });

  it.each(["status", "outputs"])("is 3 for `%s --json`, with JSON on standard output", async (verb) => {
    const { code, stdout } = await commerce(`${verb} --json ${here()}`);
    expect(JSON.parse(stdout)).toMatchObject(
      verb === "status" ? { health: "absent" } : { error: "stack nc is not up" },
    );
    expect(code).toBe(3);
  });

  it("is 3 for a stack without a file, JSON included", async () => {
    const { code, stdout, stderr } = await commerce(`status --json --stack cn --cwd ${folder}`);
    expect(stderr).toContain("there is no stack cn; did you mean nc?");
    expect(JSON.parse(stdout).error).toContain("there is no stack cn");
    expect(code).toBe(3);
  });

  it.each(["status extra", "scale x"])("is 2 for wrong usage: `%s`", async (line) => {
    const { code, stdout } = await commerce(`${line} ${here()}`);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it.each(["config set sise 2", "config set size"])(
    "is 2 for `%s`, before anything is written",
    async (line) => {
      const { code, stderr } = await commerce(`${line} ${here()}`);
      expect(stderr).toMatch(/did you mean size|no value, and no terminal/);
      expect(code).toBe(2);
    },
  );

  it("is 0 for the help", async () => {
    expect((await commerce("help status")).code).toBe(0);
  });

  it("is 0 for `stacks` without one", async () => {
    const { code, stdout } = await commerce(`stacks --json --cwd ${folder}`);
    expect(JSON.parse(stdout)).toEqual([]);
    expect(code).toBe(0);
  });

  it("is 1, with the address of more about it, for a Docker engine that does not answer", async () => {
    const { code, stderr } = await commerce(`destroy --yes ${here()}`);
    expect(stderr).toMatch(
      /no Docker engine answers at .*\n(.*\n)+ {2}More: docs\/TROUBLESHOOTING.md#no-docker-engine-answers\n$/,
    );
    expect(code).toBe(1);
  });

  it("is 1, with a sentence and no stack trace, for a file that cannot be read", async () => {
    const { code, stderr } = await commerce(`status --stack nc --cwd ${folder}/none`);
    expect(stderr).toContain("there is no Pulumi.yaml");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});
