/** Runs the steps of a run: so many at a time, each announced, timed, counted, and its failure kept. */
import type { ChangeCounts, EventSink, Failure, Step, StepOp } from "./events.ts";
import { isDefaultProvider } from "./urn.ts";

/** Of a replacement's three steps one counts; what only leaves the state counts as deleted. */
const counted: Partial<Record<StepOp, keyof ChangeCounts>> = {
  same: "same",
  read: "same",
  refresh: "same",
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  discard: "delete",
};

/** The run is being cancelled: nothing new is begun. */
export class Cancelled extends Error {
  constructor() {
    super("The run was cancelled");
  }
}

/** The error has been reported with its step: whoever catches it need not do it again. */
export class StepFailed extends Error {}

export interface StepsOptions {
  preview: boolean;
  parallel: number;
  signal: AbortSignal;
  /** Begin other things though something failed. */
  continueOnError?: boolean;
}

export class Steps {
  counts: ChangeCounts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  readonly failures: Failure[] = [];
  readonly preview: boolean;
  readonly #sink: EventSink;
  readonly #signal: AbortSignal;
  readonly #stopsAtFailure: boolean;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #free: number;

  constructor(sink: EventSink, options: StepsOptions) {
    this.#sink = sink;
    this.preview = options.preview;
    this.#free = options.parallel;
    this.#signal = options.signal;
    // A preview goes on, to tell of all problems at once.
    this.#stopsAtFailure = !options.preview && !options.continueOnError;
  }

  /** @throws Cancelled if the run is, or has failed elsewhere; else what `work` throws, reported, as a StepFailed. */
  async run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const running = this.#run(step, work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Resolves when nothing is under way any more: a program may end before what it asked for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    await this.#acquire();
    const begin = Date.now();
    const elapsed = () => Date.now() - begin;
    try {
      if (step.op === "refresh") this.throwIfCancelled();
      else this.throwIfStopped();
      this.#emit({ kind: "step-started", step });
      const result = await work();
      this.#count(step);
      this.#emit({ kind: "step-done", step, elapsedMs: elapsed() });
      return result;
    } catch (error) {
      if (error instanceof Cancelled) {
        this.skip(step.urn);
        throw error;
      }
      const message = (error as Error).message;
      this.failures.push({ urn: step.urn, message });
      this.#emit({ kind: "step-failed", step, elapsedMs: elapsed(), message });
      throw new StepFailed(message);
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  /** What a refresh found is no change that the run makes. */
  resetCounts(): void {
    this.counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  }

  /** A step that takes no time. */
  note(step: Step): void {
    this.#count(step);
    this.#emit({ kind: "step-done", step, elapsedMs: 0 });
  }

  /** A failure outside any step. */
  fail(message: string, urn?: string): void {
    this.failures.push({ urn, message });
    this.#emit({ kind: "log", severity: "error", message, urn, ephemeral: false });
  }

  /** Something that is not begun, after a failure. */
  skip(urn: string): void {
    this.#emit({ kind: "skipped", urn });
  }

  warn(message: string, urn?: string): void {
    this.#emit({ kind: "log", severity: "warning", message, urn, ephemeral: false });
  }

  throwIfCancelled(): void {
    if (this.#signal.aborted) throw new Cancelled();
  }

  /** After a failure nothing new is begun either; what is under way is finished. */
  throwIfStopped(): void {
    this.throwIfCancelled();
    if (this.#stopsAtFailure && this.failures.length > 0) throw new Cancelled();
  }

  #count(step: Step): void {
    const kind = counted[step.op];
    if (kind && !isDefaultProvider(step.urn)) this.counts[kind]++;
  }

  #emit(event: Parameters<EventSink["emit"]>[0]): void {
    this.#sink.emit(event);
  }

  async #acquire(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free--;
  }
}
