import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Interrupted } from "../../../cli/errors.ts";
import { droppable } from "../../../cli/interrupt.ts";

describe("work that can be dropped", () => {
  const never = new Promise<never>(() => undefined);

  it("returns its result, or its error, without an interrupt", async () => {
    const { signal } = new AbortController();
    await expect(droppable(signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(droppable(signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("ends at once after an interrupt", async () => {
    const controller = new AbortController();
    const work = droppable(controller.signal, never);
    controller.abort();
    await expect(work).rejects.toThrow(Interrupted);
    await expect(droppable(controller.signal, never)).rejects.toThrow(Interrupted);
  });
});

describe("a command whose entry process is killed", () => {
  const path = (file: string) => pathToFileURL(`${import.meta.dirname}/../../../cli/${file}`).href;
  const start = (command: string) => {
    const main = `import { interruptSignal } from ${JSON.stringify(path("interrupt.ts"))};
                  const signal = interruptSignal((text) => console.log(text));
                  ${command}`;
    const args = JSON.stringify(["--input-type=module", "--eval", main]);
    const entry = `import { runInPlace } from ${JSON.stringify(path("bootstrap.mjs"))};
                   process.exitCode = await runInPlace(process.execPath, ${args});`;
    return spawn(process.execPath, ["--input-type=module", "--eval", entry], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  };

  it("is notified, and stops in an orderly way", async () => {
    const child = start(`console.log("working");
                         const work = setInterval(() => undefined, 1000);
                         signal.addEventListener("abort", () => { clearInterval(work); console.log("done"); });`);
    const lines: string[] = [];
    const output = createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line === "working") child.kill("SIGKILL");
    });
    // Their end is that of the last process that holds the stream.
    await once(output, "close");
    expect(lines).toEqual(["working", expect.stringMatching(/^Stopping; the current operation/), "done"]);
  });

  it("can end while it listens for that", async () => {
    expect(await once(start(""), "exit")).toEqual([0, null]);
  });
});
