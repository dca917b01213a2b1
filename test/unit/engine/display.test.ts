import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Lines } from "../../../engine/display/lines.ts";
import { Live } from "../../../engine/display/live.ts";
import type { ChangeCounts, EngineEvent, Step, StepOp, Verb } from "../../../engine/events.ts";
import { makeUrn, STACK_TYPE } from "../../../engine/urn.ts";
import { Screen } from "./screen.ts";

const stackUrn = makeUrn("dev", "shop", undefined, STACK_TYPE, "shop-dev");
const plain = (_: string, text: string) => text;

/** A step on a resource below `parent`. */
function step(op: StepOp, name: string, more: Partial<Step> & { parent?: string } = {}): Step {
  const { parent = stackUrn, type = "world:index/thing:Thing", ...rest } = more;
  const urn = name === "shop-dev" ? stackUrn : makeUrn("dev", "shop", parent, type, name);
  const state = { urn, type, custom: true, parent: urn === stackUrn ? undefined : parent };
  return { op, urn, type: urn === stackUrn ? STACK_TYPE : type, name, preview: false, new: state, ...rest };
}

const group = (name: string) => makeUrn("dev", "shop", stackUrn, "shop:index:Group", name);
const begin = (verb: Verb = "up", preview = false): EngineEvent => ({
  ...{ kind: "begin", verb, project: "shop", stack: "dev", preview, config: {} },
});
const started = (what: Step): EngineEvent => ({ kind: "step-started", step: what });
const done = (what: Step, elapsedMs = 0): EngineEvent => ({ kind: "step-done", step: what, elapsedMs });
const failed = (what: Step, message: string): EngineEvent => ({
  ...{ kind: "step-failed", step: what, elapsedMs: 1_200, message },
});
const said = (what: Step, message: string): EngineEvent => ({
  ...{ kind: "log", severity: "info", message, urn: what.urn, ephemeral: true },
});
const end = (changes: Partial<ChangeCounts>, failures: string[] = [], verb: Verb = "up"): EngineEvent => ({
  ...{ kind: "end", verb, stack: "dev", preview: false },
  summary: {
    changes: { create: 0, update: 0, replace: 0, delete: 0, same: 0, ...changes },
    durationMs: 12_345,
    outputs: {},
    failures: failures.map((message) => ({ message })),
  },
});
const diff = (...paths: string[]): Step["diff"] =>
  new Map(paths.map((path) => [path, { kind: "update", replaces: path === "name" }]));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a run in a log", () => {
  const log = (events: EngineEvent[], options = {}) => {
    const written: string[] = [];
    const lines = new Lines((line) => written.push(line), options);
    for (const event of events) lines.emit(event);
    return { lines, written };
  };

  it("has a line for each change, and none for what stays or begins", () => {
    const kafka = step("create", "kafka", { type: "shop:index:Group" });
    const image = step("create", "image", { parent: kafka.urn });
    const { written } = log([
      begin(),
      done(step("same", "shop-dev")),
      done(kafka),
      started(image),
      said(image, "Step 1/7"),
      done(step("refresh", "as-it-was"), 500),
      done(image, 2_345),
      done(step("update", "job", { diff: diff("sql", "labels.a") }), 61_000),
      { kind: "program-output", stream: "stdout", text: "hello\x1b[2J" },
      { kind: "log", severity: "warning", message: "old\nand slow", urn: image.urn, ephemeral: false },
      { kind: "outputs", old: {}, new: { url: "http://x" }, preview: false },
      end({ create: 2, update: 1, same: 21 }),
    ]);
    expect(written).toEqual([
      "Updating (dev):",
      "",
      " +  shop:index:Group kafka created",
      " +  world:index:Thing image created (2.3s)",
      " ~  world:index:Thing job updated (1m1s) [diff: ~sql,labels]",
      "    hello",
      "    world:index:Thing (image): warning: old",
      "      and slow",
      "",
      "Outputs:",
      '    url: "http://x"',
      "",
      "Resources: + 2 created, ~ 1 updated, 21 unchanged. Duration: 12s",
    ]);
  });

  it("names every ten seconds what takes long", () => {
    const { lines, written } = log([begin()]);
    vi.advanceTimersByTime(4_000);
    const image = step("create", "image");
    for (const event of [started(image), said(image, "Step 2/7\r\n"), started(step("create", "network"))])
      lines.emit(event);
    lines.tick();
    vi.advanceTimersByTime(6_500);
    lines.tick();
    lines.tick();
    for (const event of [done(image), done(step("create", "network"))]) lines.emit(event);
    vi.advanceTimersByTime(10_000);
    lines.tick();
    lines.emit(end({}));
    vi.advanceTimersByTime(60_000);
    lines.tick();
    expect(written.filter((line) => line.includes("Still"))).toEqual([
      "    Still running after 10s: image (6s: Step 2/7), network (6s)",
      "    Still running after 20s: the program",
    ]);
  });

  it("ends with what went wrong, each cause once, by resource", () => {
    const down = "Docker does not answer\n  at /var/run/docker.sock";
    const things = ["a", "b", "c", "d", "e"].map((name) => step("create", name));
    const { written } = log([
      begin(),
      ...things.map((thing) => failed(thing, down)),
      { kind: "log", severity: "error", message: down, urn: things[0]?.urn, ephemeral: false },
      { kind: "log", severity: "error", message: "Cancelled", ephemeral: false },
      { kind: "skipped", urn: "x" },
      end({ same: 1 }, ["1", "2", "3", "4", "5", "6"]),
    ]);
    expect(written.slice(2, 3)).toEqual([
      " +  world:index:Thing a **creating failed** (1.2s) Docker does not answer at /var/run/docker.sock",
    ]);
    expect(written.slice(7)).toEqual([
      "",
      "Diagnostics:",
      "  world:index:Thing (a), world:index:Thing (b), world:index:Thing (c) and 2 more:",
      "    error: Docker does not answer",
      "        at /var/run/docker.sock",
      "  pulumi:pulumi:Stack (shop-dev):",
      "    error: Cancelled",
      "",
      "Resources: 6 failed, 1 not tried, 1 unchanged. Duration: 12s",
    ]);
  });

  it("shows what the provider says has changed, and why it is replaced", () => {
    const state = (inputs: object, outputs = {}) => ({
      ...step("same", "a").new,
      id: "a-1",
      inputs,
      outputs,
    });
    const old = state({ name: "a", sql: "1", tuned: "by hand" }, { state: "RUNNING" }) as Step["old"];
    const next = state({ name: "b", sql: "1", tuned: "auto" }) as Step["new"];
    const change = { old, new: next, diff: diff("name", "state", "odd[") };
    const { written } = log([begin(), done(step("create-replacement", "a", change))], { diff: true });
    expect(written.slice(2)).toEqual([
      " ++ world:index:Thing a created replacement [diff: ~name,state,odd]",
      "        [id=a-1]",
      `        [urn=${step("same", "a").urn}]`,
      "        [replace: name]",
      '      ~ name : "a" => "b"',
      "      + odd  : [unknown]",
      '        sql  : "1"',
      '      ~ state: "RUNNING" => [unknown]',
      '        tuned: "auto"',
    ]);
  });
});

describe("a run in a terminal", () => {
  const lives: Live[] = [];
  afterEach(() => {
    for (const live of lives.splice(0)) live.close();
  });
  const terminal = (width = 80, height = 24) => {
    const screen = new Screen(width, height);
    const stream = screen as unknown as NodeJS.WriteStream;
    const live = new Live(stream, new Lines(() => undefined), plain);
    lives.push(live);
    const show = (...events: EngineEvent[]) => {
      for (const event of events) live.emit(event);
      vi.advanceTimersByTime(100);
      return screen.lines.filter(Boolean);
    };
    return { screen, live, show };
  };
  const kafka = step("create", "kafka", { type: "shop:index:Group" });
  const image = step("create", "image", { parent: kafka.urn });
  const job = step("create", "job");

  it("is a tree, in which what runs has its time and what it says", () => {
    const { show, live, screen } = terminal();
    show(begin(), done(step("create", "shop-dev")), done(kafka), started(image), started(job));
    vi.advanceTimersByTime(3_000);
    expect(show(said(image, "\x1b[32mStep 2/7\x1b[0m"), done(step("same", "quiet")))).toEqual([
      "Updating (dev):",
      " +  pulumi:pulumi:Stack      shop-dev  created",
      " +  ├─ shop:index:Group      kafka     created",
      " +  │  └─ world:index:Thing  image     creating (3s)  Step 2/7",
      " +  └─ world:index:Thing     job       creating (3s)",
      "    2 running, 2 done, 1 unchanged, 3s",
    ]);
    expect(screen.isCursorShown).toBe(false);
    show(done(image, 3_210), failed(job, "no luck\nat all"));
    expect(show(end({ create: 3, same: 1 }, ["no luck"]))).toEqual([
      "Updating (dev):",
      " +  pulumi:pulumi:Stack      shop-dev  created",
      " +  ├─ shop:index:Group      kafka     created",
      " +  │  └─ world:index:Thing  image     created (3.2s)",
      " +  └─ world:index:Thing     job       **creating failed** (1.2s)  no luck at …",
      "Diagnostics:",
      "  world:index:Thing (job):",
      "    error: no luck",
      "      at all",
      "Resources: + 3 created, 1 failed, 1 unchanged. Duration: 12s",
    ]);
    expect(screen.isCursorShown).toBe(true);
    live.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("writes each frame at once, and nothing while nothing changes", () => {
    const { show, screen } = terminal();
    show(begin(), started(job));
    vi.advanceTimersByTime(1_000 - screen.writes);
    const { writes } = screen;
    vi.advanceTimersByTime(5_000);
    expect(screen.writes - writes).toBe(5);
  });

  it("shows a replacement as one, and a quick look not at all", () => {
    const { show } = terminal();
    const part = (op: StepOp) => step(op, "job", { diff: diff("name") });
    show(
      begin(),
      started(step("refresh", "job")),
      done(step("refresh", "job")),
      started(part("delete-replaced")),
    );
    show(done(part("delete-replaced"), 2_000), done(part("replace")), started(part("create-replacement")));
    expect(show(done(part("create-replacement"), 3_000), started(step("refresh", "image")))).toEqual([
      "Updating (dev):",
      "    pulumi:pulumi:Stack   shop-dev",
      " +- └─ world:index:Thing  job       replaced (5s) [diff: ~name]",
      "    1 running, 1 done, 0s",
    ]);
    vi.advanceTimersByTime(1_000);
    expect(show()).toContain(" ~  └─ world:index:Thing  image     refreshing (1s)");
    expect(show(done(step("refresh", "image"))).join()).not.toContain("image");
  });

  it("knows parents before their turn, as when they are deleted last", () => {
    const { show } = terminal();
    expect(show(begin("destroy"), started(step("delete", "image", { parent: group("kafka") })))).toEqual([
      "Destroying (dev):",
      "    pulumi:pulumi:Stack      shop-dev",
      "    └─ shop:index:Group      kafka",
      " -     └─ world:index:Thing  image     deleting",
      "    1 running, 0s",
    ]);
  });

  it("shows what failed and what runs where the window is too low for all", () => {
    const { show } = terminal(60, 9);
    const things = Array.from({ length: 30 }, (_, index) => step("create", `t${index}`));
    const frame = show(
      begin(),
      ...things.map(started),
      ...things.slice(0, 27).map((thing) => done(thing)),
      failed(step("create", "t3"), "no"),
    );
    expect(frame).toEqual([
      "Updating (dev):",
      "    pulumi:pulumi:Stack   shop-dev",
      " +  ├─ world:index:Thing  t3        **creating failed** (1…",
      " +  ├─ world:index:Thing  t26       created",
      " +  ├─ world:index:Thing  t27       creating",
      " +  ├─ world:index:Thing  t28       creating",
      " +  └─ world:index:Thing  t29       creating",
      "    3 running, 1 failed, 26 done, 0s",
    ]);
  });

  it.each([10, 20, 33, 47, 80])("fits into %i columns, whatever the characters", (width) => {
    const { show, screen } = terminal(width);
    const wide = step("create", "データベース-😀-e\u0301-👩‍👩‍👧", { parent: kafka.urn });
    show(begin(), started(kafka), started(wide), said(wide, "説明".repeat(40)));
    // The screen throws if a line of a frame is too long.
    expect(screen.lines.length).toBeGreaterThan(3);
  });

  it("keeps what is said above the frame, whoever says it", () => {
    const { write } = process.stderr;
    let show = (text: string): boolean => text !== "";
    const theirs = ((text: string) => show(text)) as typeof write;
    process.stderr.write = theirs;
    try {
      const run = terminal();
      show = (text) => run.screen.write(text);
      run.show(begin(), started(job));
      process.stderr.write("Stopping\n");
      const frame = run.show({ kind: "program-output", stream: "stdout", text: "hello" });
      expect(frame.map((line) => line.trim().split(/ +/)[0])).toEqual([
        ...["Stopping", "hello", "Updating", "pulumi:pulumi:Stack", "+", "1"],
      ]);
      run.live.close();
      expect(process.stderr.write).toBe(theirs);
    } finally {
      process.stderr.write = write;
    }
  });

  it("finds its place again when the window has become narrower", () => {
    const { show, screen } = terminal(80);
    show(begin(), started(job), said(job, "x".repeat(60)));
    const text = screen.lines.slice(0, -1);
    const narrow = new Screen(40, 24);
    // What a terminal does to lines that are too long now.
    for (const line of text) narrow.write(`${line}\n`);
    const writes: string[] = [];
    screen.write = ((chunk: string) => {
      writes.push(chunk);
      return true;
    }) as typeof screen.write;
    screen.columns = 40;
    show(said(job, "y"));
    narrow.write(writes.join(""));
    expect(narrow.lines.filter(Boolean)).toHaveLength(4);
  });

  it("leaves the terminal as it was when the run ends without a word", () => {
    const listeners = process.listenerCount("exit");
    const { show, live, screen } = terminal();
    show(begin(), started(job));
    live.close();
    expect(screen.lines.filter(Boolean)).toEqual([]);
    expect(screen.isCursorShown).toBe(true);
    expect(process.listenerCount("exit")).toBe(listeners);
  });
});
