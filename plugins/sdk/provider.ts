/**
 * The interfaces that a provider plugin implements. Handlers see plain values: the server asks the engine not to
 * wrap secrets (the engine marks the outputs of the same names as secret again). In previews a value may be `UNKNOWN`.
 */
import type { PropertyMap } from "./values.ts";

export type Severity = "debug" | "info" | "warning" | "error";

/** What an operation knows about its run. */
export interface OperationContext {
  readonly urn: string;
  /** True only for handlers with `supportsPreview`. */
  readonly preview: boolean;
  /** Aborted when the user cancels the run, or when the time of the resource's `customTimeouts` is over. */
  readonly signal: AbortSignal;
  /** Prints a line for the resource that stays in the output. */
  log(severity: Severity, message: string): void;
  /** Shows beside the resource what is happening, until the next status. */
  status(message: string): void;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckResult<I extends object = object> {
  inputs: I;
  failures?: CheckFailure[];
}

export type DiffKind = "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";

export interface Diff {
  changes: boolean;
  /** Top-level properties whose change needs a new resource; empty for an update in place. */
  replaces: string[];
  deleteBeforeReplace?: boolean;
  /** Property path (`ports[0].external`) to the kind of its change. */
  detailed?: Record<string, DiffKind>;
}

export interface State<I extends object = object, O extends object = object> {
  inputs: I;
  outputs: O;
}

/**
 * Thrown by `create` and `update` for a resource that exists but is not ready. The engine reports the error and records
 * the resource, so the next `up` finds it again instead of creating another one.
 */
export class NotReady extends Error {
  readonly id: string;
  readonly state: State;

  /** @param state what is recorded: at the next `up`, `diff` compares it with the program */
  constructor(message: string, id: string, state: State, options?: ErrorOptions) {
    super(message, options);
    this.id = id;
    this.state = state;
  }
}

/**
 * The lifecycle of one resource type. `diff` must be pure; the others observe the live system first, and a
 * thrown Error's message is what the user reads.
 */
export interface ResourceHandler<I extends object = object, O extends object = object> {
  /** Whether `create` and `update` are called in previews. If not, the inputs are used as the outputs. */
  readonly supportsPreview?: boolean;
  /** Fills in defaults and reports what is wrong with the inputs. Default: accepts all inputs. */
  check?(news: I, olds: I | undefined): CheckResult<I> | Promise<CheckResult<I>>;
  diff(id: string, olds: State<I, O>, news: I): Diff;
  create(news: I, context: OperationContext): Promise<{ id: string; outputs: O }>;
  /**
   * Observes the resource; `state` is empty for an import.
   *
   * @returns undefined only if the live system says that it does not exist
   */
  read(
    id: string,
    state: Partial<State<I, O>>,
    signal?: AbortSignal,
  ): Promise<({ id: string } & State<I, O>) | undefined>;
  update(id: string, olds: State<I, O>, news: I, context: OperationContext): Promise<{ outputs: O }>;
  /** No error if the resource does not exist any more. */
  delete(id: string, olds: State<I, O>, context: OperationContext): Promise<void>;
}

export interface PluginProvider {
  /** The package's name, as in `pulumi-resource-NAME`. */
  readonly name: string;
  readonly version: string;
  /** Provider settings, secrets unwrapped. The SDKs send anything but a string as JSON in a string. */
  configure?(settings: PropertyMap): void | Promise<void>;
  /** By type token, such as `docker:index/container:Container`. */
  readonly resources: Record<string, ResourceHandler>;
}
