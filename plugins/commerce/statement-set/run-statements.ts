/** All statements of SQL files, one after the other, in one session of the SQL Gateway. */
import { type SqlSession, StatementRefused } from "../clients/sql-gateway.ts";
import { type SqlFile, type Statement, splitStatements } from "../sql/statements.ts";
import { describeGatewayError } from "./gateway-error.ts";

/**
 * @param textOf what to run in a statement's place
 * @returns the job that came of it, if one did
 * @throws Error `file:line: what is wrong`
 */
export async function runStatements(
  session: SqlSession,
  files: readonly SqlFile[],
  textOf = (statement: Statement) => statement.text,
): Promise<string | undefined> {
  const statements = splitStatements(files);
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
