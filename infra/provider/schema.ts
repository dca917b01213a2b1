/** `commerce:postgres:Schema`: tables from DDL files, changed in place where nothing is lost by it. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../plugin/provider.ts";
import { readTables, type Table } from "./catalogue.ts";
import { type ConnectPostgres, type Database, PostgresError, type Transaction } from "./clients/postgres.ts";
import { checkSchema, diffSchema, type SchemaInputs, type SchemaOutputs } from "./schema-diff.ts";
import { planSchema, quote } from "./schema-plan.ts";
import { placeOfOffset, type SqlFile, splitStatements } from "./statements.ts";
import { Unreachable } from "./unreachable.ts";

const PATIENCE_SECONDS = 60;
const SCHEMA = "public";
/** Lives only within a transaction that is rolled back. */
const SCRATCH = "commerce_rehearsal";
/** Two at once would see each other's half-made tables: any number, the same for all. */
const LOCK = 20_260_101;

type SchemaState = State<SchemaInputs, SchemaOutputs>;

export class SchemaHandler implements ResourceHandler<SchemaInputs, SchemaOutputs> {
  readonly #connect: ConnectPostgres;

  constructor(connect: ConnectPostgres) {
    this.#connect = connect;
  }

  check(news: SchemaInputs): CheckResult<SchemaInputs> {
    return {
      inputs: { ...news, allowDestructive: news.allowDestructive ?? false },
      failures: checkSchema(news),
    };
  }

  diff(_id: string, olds: SchemaState, news: SchemaInputs): Diff {
    return diffSchema(olds, news);
  }

  async create(news: SchemaInputs, context: OperationContext) {
    return { id: news.connection.database, outputs: await this.#sync(news, [], context) };
  }

  async update(_id: string, olds: SchemaState, news: SchemaInputs, context: OperationContext) {
    return { outputs: await this.#sync(news, olds.outputs.tables, context) };
  }

  async read(id: string, state: Partial<SchemaState>): Promise<({ id: string } & SchemaState) | undefined> {
    const { inputs } = state;
    if (!inputs)
      throw new Error(`Schema ${id} cannot be imported: declare it; tables that exist are adopted.`);
    const known = state.outputs?.tables ?? [];
    try {
      return await this.#with(inputs, 0, undefined, async (database) => {
        const { desired, live } = await observe(database, inputs.files);
        const drift = planSchema(desired, live, []).map((step) => step.what);
        return { id, inputs, outputs: { ...inputs, tables: names(desired), drift } };
      });
    } catch (error) {
      // 3D000: the database is not there, so nothing in it is.
      if (error instanceof PostgresError && error.code === "3D000") return undefined;
      // Neither there nor gone: the next update looks again, when whatever serves it may be back.
      if (!(error instanceof Unreachable)) throw error;
      return { id, inputs, outputs: { ...inputs, tables: known, drift: [error.message] } };
    }
  }

  async delete(_id: string, olds: SchemaState, context: OperationContext): Promise<void> {
    const notice = (message: string) => context.log("info", message);
    await this.#with(olds.inputs, PATIENCE_SECONDS, notice, (database) =>
      database.transaction(async ({ run }) => {
        // CASCADE: a view that somebody made on a table must not keep the stack from going. Postgres says so.
        for (const table of olds.outputs.tables)
          await run(`DROP TABLE IF EXISTS ${SCHEMA}.${quote(table)} CASCADE`);
      }),
    );
  }

  async #sync(news: SchemaInputs, before: string[], context: OperationContext): Promise<SchemaOutputs> {
    return this.#with(news, PATIENCE_SECONDS, undefined, async (database) => {
      const { desired, live } = await observe(database, news.files);
      const steps = planSchema(desired, live, before);
      const refused = steps.filter((step) => step.destructive);
      if (refused.length > 0 && !news.allowDestructive)
        throw new Error(
          `The tables of database ${news.connection.database} would lose something, so nothing was changed:\n` +
            `${refused.map((step) => `  - ${step.what}\n`).join("")}` +
            `Bring the DDL in ${news.files.map((file) => file.path).join(", ")} and the database together, ` +
            `or set allowDestructive to let it happen.`,
        );
      await database.transaction(async (transaction) => {
        await transaction.run("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
        for (const step of steps) {
          context.status(step.what);
          for (const sql of step.sql) await explained(step.what, () => transaction.run(sql));
        }
        // Creates the tables that are missing, and whatever else the files hold, such as indexes.
        await runFiles(transaction, news.files);
      });
      return { ...news, tables: names(desired), drift: [] };
    });
  }

  async #with<T>(
    inputs: SchemaInputs,
    patience: number,
    notice: ((message: string) => void) | undefined,
    use: (database: Database) => Promise<T>,
  ): Promise<T> {
    const database = await this.#connect(inputs.connection, patience, notice);
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }
}

/**
 * What the DDL declares, and what is there. Postgres itself reads the DDL: it is run in an empty scratch schema,
 * looked at, and rolled back. A mistake in it is found here, before anything has been touched.
 */
async function observe(database: Database, files: SqlFile[]): Promise<{ desired: Table[]; live: Table[] }> {
  return database.rehearsal(async (transaction) => {
    const live = await readTables(transaction, SCHEMA);
    await transaction.run(`CREATE SCHEMA ${SCRATCH}`);
    await transaction.run(`SET LOCAL search_path TO ${SCRATCH}`);
    await runFiles(transaction, files);
    return { desired: await readTables(transaction, SCRATCH), live };
  });
}

/** @throws Error `file:line: what Postgres says` */
async function runFiles(transaction: Transaction, files: SqlFile[]): Promise<void> {
  for (const statement of splitStatements(files)) {
    try {
      await transaction.run(statement.text);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      throw new Error(`${placeOfOffset(statement, error.offset ?? 0)}: ${error.message}`, { cause: error });
    }
  }
}

async function explained<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    throw new Error(`Not done: ${what}. Postgres says: ${error.message}`, { cause: error });
  }
}

function names(tables: Table[]): string[] {
  return tables.map((table) => table.name).sort();
}
