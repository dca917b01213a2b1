import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CommandOptions, runCommand } from "../../../../cli/setup/command.ts";

const node = (script: string, options?: CommandOptions) =>
  runCommand(process.execPath, ["-e", script], options);

test("returns what was printed, and passes each line on as it comes", async () => {
  const lines: string[] = [];
  const output = await node("console.log('one'); console.error('two'); process.stdout.write('three')", {
    onLine: (line) => lines.push(line),
  });
  expect(lines.sort()).toEqual(["one", "three", "two"]);
  expect(output.split("\n").sort()).toEqual(lines);
});

test("gives it its input, and standard output to a file", async () => {
  const dir = mkdtempSync(join(tmpdir(), "command-"));
  try {
    const outputFile = join(dir, "new", "out.txt");
    await node("process.stdin.pipe(process.stdout)", { input: "deb line\n", outputFile });
    expect(readFileSync(outputFile, "utf8")).toBe("deb line\n");
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("a failure names the command, its exit code and its last lines", async () => {
  const script = "for (let i = 0; i < 40; i++) console.error('line ' + i); process.exit(3)";
  await expect(node(script)).rejects.toMatchObject({
    message: expect.stringMatching(/-e .*exit code 3$/),
    hint: expect.stringMatching(/^line 25\n(?:.*\n)*line 39$/),
  });
});

test("a command that hangs is ended at its limit", async () => {
  await expect(node("setInterval(() => {}, 1000)", { timeoutMs: 300 })).rejects.toThrow(
    /ended by SIGTERM \(limit 0.3 s\)/,
  );
});

test("a command that does not exist is an error like any other", async () => {
  await expect(runCommand("no-such-program", [])).rejects.toThrow(
    /^no-such-program cannot be started: .*ENOENT/,
  );
});
