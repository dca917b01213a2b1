/** The SQL of one job, parsed. Pure. */
import { placeOf, placeOfOffset, type SqlFile, type Statement, splitStatements } from "../sql/statements.ts";

export interface JobScript {
  /** In the order in which they run; the statement set is one of them. */
  statements: readonly Statement[];
  /** The statement that becomes the job. */
  statementSet: Statement;
}

const STATEMENT_SET = /^EXECUTE(?=\s+STATEMENT\s+SET\b)/i;

/** @throws Error with `file:line` where the SQL cannot be split or does not hold exactly one statement set */
export function parseJobScript(files: readonly SqlFile[]): JobScript {
  const statements = splitStatements(files);
  const sets = statements.filter((statement) => STATEMENT_SET.test(statement.text));
  const [statementSet] = sets;
  if (!statementSet) throw new Error('there is no "EXECUTE STATEMENT SET BEGIN … END;" in the files');
  if (sets.length > 1) {
    const places = sets.map((statement) => placeOf(statement)).join(", ");
    throw new Error(`one statement set is one job, but there are several: ${places}`);
  }
  return { statements, statementSet };
}

/** A statement that plans the set instead of running it. Lines stay the same, so an error's position is right. */
export function compileStatement(statementSet: Statement, planFile: string): string {
  return statementSet.text.replace(STATEMENT_SET, `COMPILE PLAN '${planFile}' FOR`);
}

/** `path:line` of the table's `CREATE TABLE`. */
export function placeOfTable(statements: readonly Statement[], table: string): string | undefined {
  return find(statements, "CREATE\\s+(?:TEMPORARY\\s+)?TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?", table);
}

/** `path:line` of the `INSERT` into the table. */
export function placeOfInsert(statement: Statement, table: string): string | undefined {
  return find([statement], "INSERT\\s+(?:INTO|OVERWRITE)\\s+", table);
}

function find(statements: readonly Statement[], before: string, table: string): string | undefined {
  const pattern = new RegExp(`\\b${before}(?:\`?\\w+\`?\\.)*\`?${table.replace(/\W/g, "\\$&")}\\b`, "i");
  for (const statement of statements) {
    const offset = statement.text.search(pattern);
    if (offset >= 0) return placeOfOffset(statement, offset);
  }
  return undefined;
}
