import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createConsole } from "../../../cli/progress.ts";

class Screen {
  text = "";
  readonly columns = 60;
  readonly isTTY: boolean;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
  /** What was written since the last look, with a readable sign for each escape character. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text.replaceAll("\x1b", "ESC");
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("progress in a log", () => {
  it("says what begins, what is going on every five seconds, and how it ended", () => {
    const log = new Screen(false);
    const step = createConsole(log).step("Building the Flink image");
    vi.advanceTimersByTime(1_000);
    expect(log.take()).toBe("· Building the Flink image ...\n");
    step.update("downloading");
    step.update("  \x1b[91mdownloading\x1b[0m\nmore");
    vi.advanceTimersByTime(4_000);
    expect(log.take()).toBe("· Building the Flink image: downloading (5.0 s so far)\n");
    vi.advanceTimersByTime(2_000);
    step.done("flink:2.2.1");
    expect(log.take()).toBe("✓ Building the Flink image: flink:2.2.1 7.0 s\n");
    vi.advanceTimersByTime(60_000);
    expect(log.take()).toBe("");
  });

  it("says why it failed, and is silent from then on", () => {
    const log = new Screen(false);
    createConsole(log).step("Looking").fail("nothing there");
    vi.advanceTimersByTime(60_000);
    expect(log.text).toBe("· Looking ...\n✗ Looking: nothing there 0.0 s\n");
  });

  it("ends a step once, and has no control characters", () => {
    const log = new Screen(false);
    const step = createConsole(log).step("Once");
    step.done();
    step.fail();
    step.update("late");
    expect(log.text).toBe("· Once ...\n✓ Once 0.0 s\n");
    expect(stripVTControlCharacters(log.text)).toBe(log.text);
  });
});

describe("a step that took 40 s the last time", () => {
  const times = () => {
    const recorded: [string, number][] = [];
    const expected = (title: string) => (title === "Building" ? 40_000 : undefined);
    return { expected, record: (...entry: [string, number]) => void recorded.push(entry), recorded };
  };

  it("says so in a log, and remembers how long it takes now", () => {
    const log = new Screen(false);
    const known = times();
    const step = createConsole(log, known).step("Building");
    vi.advanceTimersByTime(5_000);
    expect(log.take()).toBe("· Building (about 40 s) ...\n· Building (5.0 s of about 40 s)\n");
    step.done();
    expect(known.recorded).toEqual([["Building", 5_000]]);
  });

  it("says so in a terminal", () => {
    const screen = new Screen(true);
    createConsole(screen, times()).step("Building");
    expect(screen.text).toContain("Building 0.0 s of about 40 s");
  });

  it("is not remembered if it fails", () => {
    const known = times();
    createConsole(new Screen(false), known).step("Building").fail();
    expect(known.recorded).toEqual([]);
  });

  it("may be shown by another program", () => {
    const log = new Screen(false);
    const known = times();
    const done = createConsole(log, known).phase("Building");
    expect(log.text).toBe("· Building (about 40 s) ...\n");
    vi.advanceTimersByTime(38_000);
    done();
    expect(known.recorded).toEqual([["Building", 38_000]]);
  });
});

describe("progress in a terminal", () => {
  it("redraws the running steps in place, below the lines that stay", () => {
    const screen = new Screen(true);
    const console = createConsole(screen);
    const first = console.step("First");
    const second = console.step("Second");
    screen.take();
    console.line("between");
    // Up over both lines, cleared; then the line that stays, then both again.
    expect(screen.take()).toMatch(/^ESC\[2FESC\[0Jbetween\n\S First.*\n\S Second.*\n$/);
    first.done();
    expect(screen.take()).toMatch(/^ESC\[2FESC\[0J✓ First 0\.0 s\n\S Second.*\n$/);
    second.fail("why");
    expect(screen.take()).toMatch(/✗ Second: why 0\.0 s\nESC\[\?25h$/);
  });

  it("never draws a line that would wrap, as it could not be taken back", () => {
    const screen = new Screen(true);
    createConsole(screen).step("A".repeat(200)).update("B".repeat(200));
    for (const line of stripVTControlCharacters(screen.text).split("\n")) {
      expect([...line].length).toBeLessThan(60);
    }
  });

  it("spins while it runs and stands still afterwards", () => {
    const screen = new Screen(true);
    const step = createConsole(screen).step("Spin");
    screen.take();
    vi.advanceTimersByTime(300);
    expect(screen.take().match(/Spin/g)).toHaveLength(3);
    step.done();
    screen.take();
    vi.advanceTimersByTime(1_000);
    expect(screen.take()).toBe("");
  });
});
