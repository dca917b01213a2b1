/** What runs the Pulumi program: the Pulumi CLI or the embedded engine. Both keep the same state. */

export type Operation = "create" | "update" | "replace" | "delete" | "same";

export interface RunSummary {
  /** How many resources each kind of operation was carried out on, or would be in a preview. */
  readonly changes: Readonly<Partial<Record<Operation, number>>>;
}

export interface Engine {
  readonly name: "pulumi" | "embedded";
  /**
   * Makes the live system what the program says, reading every resource first.
   * @param prepare awaited before that, with the stack locked where the engine can
   * @throws UserError when it failed; the engine has then shown why.
   */
  up(prepare: () => Promise<void>): Promise<RunSummary>;
  /** @param asJson the plan goes to standard output in Pulumi's JSON, and nothing else does. */
  preview(asJson?: boolean): Promise<RunSummary>;
  refresh(): Promise<RunSummary>;
  destroy(): Promise<RunSummary>;
  /** The stack's outputs, secrets as `[secret]` unless asked for; undefined when there is no such stack (yet). */
  outputs(showSecrets: boolean): Promise<StackOutputs | undefined>;
  /** Carries out `config …`, `state …`, `import …` or `cancel`, in Pulumi's own words. @returns the exit code. */
  command(words: readonly string[]): Promise<number>;
}

export type StackOutputs = Readonly<Record<string, unknown>>;

export interface EngineRequest {
  readonly projectDir: string;
  readonly project: string;
  readonly stack: string;
  /** The environment of program and plugins. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the engine shows goes here; standard output is kept free for `--json`. */
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  /** Where state is kept; undefined: PULUMI_BACKEND_URL, Pulumi.yaml, else `.pulumi-state`. */
  readonly backend: string | undefined;
  readonly diff: boolean;
  /** URNs of the only resources to look at; none means all. */
  readonly target: readonly string[];
  readonly targetDependents: boolean;
  /** URNs of resources to make anew. */
  readonly replace: readonly string[];
}

/** True when nothing was, or would be, done. */
export function isUnchanged({ changes }: RunSummary): boolean {
  return Object.entries(changes).every(([operation, number]) => operation === "same" || number === 0);
}

/** `2 created, 1 updated, 14 unchanged`. */
export function describeChanges({ changes }: RunSummary): string {
  const words: readonly [Operation, string][] = [
    ["create", "created"],
    ["update", "updated"],
    ["replace", "replaced"],
    ["delete", "deleted"],
    ["same", "unchanged"],
  ];
  return words
    .flatMap(([operation, word]) => (changes[operation] ? [`${changes[operation]} ${word}`] : []))
    .join(", ");
}
