/** Flink's SQL Gateway through its REST API. */
import { HttpError, HttpService } from "./http.ts";
import { REACHABLE_TIMEOUT_SECONDS, retryUntilReachable } from "./unreachable.ts";
import { waitFor } from "./wait.ts";

/** The gateway refused the statement. `errors` holds its stack trace. */
export class StatementRefused extends Error {
  readonly errors: readonly string[];

  constructor(errors: readonly string[]) {
    super("The SQL Gateway refuses the statement");
    this.errors = errors;
  }
}

interface StatementResult {
  jobId?: string;
  rows: unknown[][];
}

export interface SqlSession {
  /**
   * Runs one statement until it has completed; a statement set until the job is submitted.
   *
   * @throws StatementRefused
   */
  execute(statement: string, options?: { signal?: AbortSignal }): Promise<StatementResult>;
}

export interface SqlGateway {
  /** Opens a session with these Flink options, and closes it even if `use` throws. */
  withSession<T>(options: Record<string, string>, use: (session: SqlSession) => Promise<T>): Promise<T>;
}

/** Planning a statement set takes seconds; two minutes allow for a machine under load. */
const STATEMENT_TIMEOUT_SECONDS = 120;

/** One page of a result. */
type Page =
  | { resultType: "NOT_READY" }
  | {
      resultType: "PAYLOAD" | "EOS";
      /** SUCCESS: there are no further pages. */
      resultKind: "SUCCESS" | "SUCCESS_WITH_CONTENT";
      jobID?: string;
      results: { data: { fields: unknown[] }[] };
      nextResultUri?: string;
    };

/**
 * @param timeoutSeconds how long to retry while the gateway does not answer
 * @param signal ends the retries
 */
export function sqlGateway(
  url: string,
  timeoutSeconds = REACHABLE_TIMEOUT_SECONDS,
  signal?: AbortSignal,
): SqlGateway {
  const http = new HttpService("Flink's SQL Gateway", url);
  return {
    async withSession(options, use) {
      // Not kept for later calls: a session ends with its gateway, or after ten idle minutes.
      const { sessionHandle } = await retryUntilReachable(
        timeoutSeconds,
        () => http.request<{ sessionHandle: string }>("POST", "/v3/sessions", { properties: options }),
        // A session that begins after the abort serves the rollback, which is not cut short.
        signal?.aborted ? undefined : signal,
      );
      const session = `/v3/sessions/${sessionHandle}`;
      try {
        return await use({ execute: (statement, extra) => execute(http, session, statement, extra?.signal) });
      } finally {
        await http.request("DELETE", session).catch(() => undefined);
      }
    },
  };
}

async function execute(
  http: HttpService,
  session: string,
  statement: string,
  signal?: AbortSignal,
): Promise<StatementResult> {
  try {
    const { operationHandle } = await http.request<{ operationHandle: string }>(
      "POST",
      `${session}/statements`,
      { statement },
    );
    const result: StatementResult = { rows: [] };
    let next: string | undefined = `${session}/operations/${operationHandle}/result/0?rowFormat=JSON`;
    while (next !== undefined) {
      const uri: string = next;
      const page = await waitFor({
        what: `Flink's SQL Gateway to run a statement ("${statement.slice(0, 40).replace(/\s+/g, " ")} …")`,
        timeoutSeconds: STATEMENT_TIMEOUT_SECONDS,
        intervalMs: 20,
        signal,
        probe: async () => {
          const fetched = await http.request<Page>("GET", uri);
          return fetched.resultType === "NOT_READY" ? undefined : fetched;
        },
      });
      result.jobId ??= page.jobID;
      for (const { fields } of page.results.data) result.rows.push(fields);
      next = page.resultKind === "SUCCESS" || page.resultType === "EOS" ? undefined : page.nextResultUri;
    }
    return result;
  } catch (error) {
    if (error instanceof HttpError && error.errors.length > 1) throw new StatementRefused(error.errors);
    throw error;
  }
}
