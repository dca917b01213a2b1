/** Mistakes get a clear error and change nothing. The next run completes one that was killed. */
import * as net from "node:net";
import axios from "axios";
import { afterEach, describe, expect, it } from "vitest";
import { LABELS } from "../../facts/pipeline.ts";
import { docker, stackResources } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";

const STACK = "live-bad";
const CONFIG = {
  eventsPerSecond: "10",
  checkpointInterval: 2,
  ...stackPorts(),
};
const NOTHING = { containers: [], volumes: [], networks: [] };

const stack = useStack(STACK, CONFIG);

async function containerIds(): Promise<string[]> {
  const ids = await docker(
    "ps",
    "--all",
    "--quiet",
    "--no-trunc",
    "--filter",
    `label=${LABELS.stack}=${STACK}`,
  );
  return ids.split("\n").filter(Boolean);
}

describe("commerce up", () => {
  afterEach(() => stack.workspace.configure(CONFIG));

  it("reports every problem of the configuration at once", async () => {
    stack.workspace.configure({ ...CONFIG, kafkPort: 1, eventsPerSecond: "fast", partitions: 0 });
    const run = await stack.workspace.commerce("up", ["--yes"]);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("kafkPort: unknown key; did you mean kafkaPort?");
    expect(run.text).toContain("eventsPerSecond: 'fast' is not a number");
    expect(run.text).toContain("partitions: '0' is not a whole number");
    expect(await stackResources(STACK)).toEqual(NOTHING);
  });

  it("names a port in use, the process that uses it, and the key that changes it", async () => {
    const server = net.createServer().listen(CONFIG.flinkPort, "127.0.0.1");
    try {
      const run = await stack.workspace.commerce("up", ["--yes"]);
      expect(run.code).not.toBe(0);
      expect(run.text).toContain(String(CONFIG.flinkPort));
      expect(run.text).toContain("flinkPort");
      expect(run.text).toMatch(new RegExp(`node.*${process.pid}|${process.pid}.*node`, "s"));
      expect(await stackResources(STACK)).toEqual(NOTHING);
    } finally {
      server.close();
    }
  });

  it("refuses an unknown flag with a suggestion", async () => {
    const run = await stack.workspace.commerce("up", ["--imgaes", "local"]);
    expect(run.code).not.toBe(0);
    expect(run.text).toContain("did you mean --images?");
  });

  it("reports an unknown placeholder with file and line before anything is created", async () => {
    stack.workspace.edit("sql/flink/10-source.sql", (sql) => sql.replace("${topic}", "${topik}"));
    const run = await stack.workspace.commerce("up", ["--yes"]);
    stack.workspace.edit("sql/flink/10-source.sql", (sql) => sql.replace("${topik}", "${topic}"));
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(/sql\/flink\/10-source\.sql:\d+: unknown placeholder \$\{topik\}/);
    expect(await stackResources(STACK)).toEqual(NOTHING);
  });

  it("recovers from a killed run, while a concurrent one waits", async () => {
    await stack.workspace.commerce("up", ["--yes"], { killAfterMs: 9_000 });
    const left = await containerIds();
    const first = stack.workspace.commerce("up", ["--yes"]);
    // It has cleaned up and holds the stack. On a busy machine that takes longer than the start of the second.
    const isNew = (id: string) => !left.includes(id);
    await eventually("a new container", async () => (await containerIds()).some(isNew) || undefined);
    const second = await stack.workspace.commerce("up", ["--yes"]);
    expect(second.code, second.text).toBe(0);
    expect(second.text).toContain("Waiting for process");
    const run = await first;
    expect(run.code, run.text).toBe(0);
    expect((await stackResources(STACK)).containers).toHaveLength(7);
    const { data } = await axios.get(`http://127.0.0.1:${CONFIG.flinkPort}/jobs/overview`);
    expect(data.jobs.map((job: { state: string }) => job.state)).toEqual(["RUNNING"]);
  });

  it("leaves nothing that destroy does not remove", async () => {
    const run = await stack.workspace.commerce("destroy", ["--yes"]);
    expect(run.code, run.text).toBe(0);
    expect(await stackResources(STACK)).toEqual(NOTHING);
  });
});
