/** Runs statements one after the other in a session of the SQL Gateway. */
import { type SqlSession, StatementRefused } from "../clients/sql-gateway.ts";
import type { Statement } from "../sql/statements.ts";
import { describeGatewayError } from "./gateway-error.ts";

/**
 * @param textOf the text to run for a statement; default its own
 * @returns the id of the job that a statement submitted, if one did
 * @throws Error `file:line: what is wrong`
 */
export async function runStatements(
  session: SqlSession,
  statements: readonly Statement[],
  textOf = (statement: Statement) => statement.text,
): Promise<string | undefined> {
  let jobId: string | undefined;
  for (const [index, statement] of statements.entries()) {
    try {
      jobId = (await session.execute(textOf(statement))).jobId ?? jobId;
    } catch (error) {
      if (!(error instanceof StatementRefused)) throw error;
      throw new Error(describeGatewayError(error.errors, statement, statements.slice(0, index)), {
        cause: error,
      });
    }
  }
  return jobId;
}
