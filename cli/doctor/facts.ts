/** What `doctor` looks at. Facts that could not be read are undefined, and no rule judges them. */
import type { ContainerFacts } from "../containers.ts";
import type { Facts as PreflightFacts } from "../preflight/evaluate.ts";
import type { Found, StackReport } from "../report/facts.ts";
import type { RecordedObjects } from "../report/recorded.ts";

export interface Cause {
  /** Stable, for scripts. */
  readonly code: string;
  /** What is wrong, with the evidence. */
  readonly what: string;
  /** The command that fixes it, or what to do where no command can. */
  readonly fix: string;
}

export interface InspectedContainer extends ContainerFacts {
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** Docker's own, of a container that it could not start. */
  readonly error: string;
  readonly restarts: number;
  /** Milliseconds since it was started. */
  readonly age: number;
  /** The names of its networks. */
  readonly networks: readonly string[];
  /** What its health check last printed. */
  readonly healthOutput: string;
  /** The last lines of its log, of a container that has ended or is not healthy. */
  readonly log: readonly string[];
}

export interface LockFacts {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
  readonly state: "running" | "ended" | "elsewhere";
}

/** What the report does not say of the job's cluster. */
export interface JobFacts {
  readonly slots: { readonly total: number; readonly taskManagers: number } | undefined;
  /** Ids of other running jobs of the same name, which write the same tables. */
  readonly others: readonly string[];
}

/** A session that others have waited for longer than a batch takes. */
export interface LockHolder {
  readonly pid: number;
  /** Who it is, and what it runs. */
  readonly session: string;
  readonly waiting: number;
}

export interface DeadLetterFacts {
  /** Of the last two minutes. */
  readonly recent: number;
  /** All events of that time. */
  readonly events: number;
  readonly reason: string;
}

/** What needs neither Docker nor the state. */
export interface LocalFacts {
  readonly stack: string;
  readonly project: string;
  readonly configProblems: readonly string[];
  readonly locks: readonly LockFacts[];
  /** Why the state cannot be read. */
  readonly stateError: string | undefined;
  /** Undefined where nothing is recorded. */
  readonly recorded: RecordedObjects | undefined;
  readonly docker: { readonly error: string; readonly advice: string } | undefined;
}

/** What Docker and the services say. */
export interface LiveFacts {
  /** Folders of another checkout to which the stack's containers belong. */
  readonly otherCheckout: string | undefined;
  readonly containers: readonly InspectedContainer[];
  /** Names of containers that are not the stack's. */
  readonly otherContainers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** Images of recorded containers that this engine does not have. */
  readonly missingImages: readonly string[];
  readonly machine: Pick<PreflightFacts, "ports" | "memory" | "disk">;
  /** Docker's clock minus this one. */
  readonly clockSkewMs: number;
  readonly report: StackReport;
  readonly job: JobFacts | undefined;
  readonly hasTopic: boolean | undefined;
  /** Logins with the passwords that the state has. */
  readonly owner: Found<unknown> | undefined;
  readonly writer: Found<unknown> | undefined;
  /** Requests to the web services. */
  readonly gateway: Found<unknown> | undefined;
  readonly pgAdmin: Found<unknown> | undefined;
  readonly lockHolders: readonly LockHolder[];
  /** Columns that differ from what was applied, such as `transactions.amount`. */
  readonly alteredColumns: readonly string[];
  /** Tables that the job's role may not write. */
  readonly notWritable: readonly string[];
  readonly deadLetters: DeadLetterFacts | undefined;
}

export interface DoctorFacts extends LocalFacts {
  /** Undefined where no Docker engine answers. */
  readonly live: LiveFacts | undefined;
}
