/** `commerce:postgres:Schema`: tables from DDL files, changed in place where nothing is lost by it. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../plugin/provider.ts";
import { readTables, type Table } from "./catalogue.ts";
import { type ConnectPostgres, type Database, PostgresError, type Transaction } from "./clients/postgres.ts";
import {
  checkSchema,
  diffSchema,
  remade,
  type SchemaInputs,
  type SchemaOutputs,
  sameStatements,
} from "./schema-diff.ts";
import { type Before, planSchema, quote, type Step } from "./schema-plan.ts";
import { missingPrivileges } from "./schema-privileges.ts";
import { BACKUP_SCHEMA, backUp, triage } from "./schema-triage.ts";
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
    return { id: news.connection.database, outputs: await this.#sync(news, undefined, context) };
  }

  async update(_id: string, olds: SchemaState, news: SchemaInputs, context: OperationContext) {
    return { outputs: await this.#sync(news, olds, context) };
  }

  async read(id: string, state: Partial<SchemaState>): Promise<({ id: string } & SchemaState) | undefined> {
    const { inputs } = state;
    if (!inputs)
      throw new Error(`Schema ${id} cannot be imported: declare it; tables that exist are adopted.`);
    const { tables = [], columns = {}, left = [] } = state.outputs ?? {};
    try {
      return await this.#with(inputs, 0, undefined, async (database) => {
        const { desired, live } = await observe(database, inputs.files);
        const plan = planSchema(desired, live, { tables: [], columns: new Set(), isDrift: true });
        const found = await database.rehearsal(async (transaction) => {
          await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
          const steps = [...plan, ...(await missingPrivileges(transaction, names(desired)))];
          return triage(transaction, steps, inputs.allowDestructive);
        });
        const stays = found.left.map((step) => step.leave ?? step.what);
        const drift = [
          ...[...found.taken, ...found.refused].map((step) => step.what),
          // The update that left it has told it.
          ...stays.filter((what) => !left.includes(what)),
          ...remade(columns, identities(desired, live)).map((table) => rowsLost(table)),
        ];
        return {
          id,
          inputs,
          outputs: {
            ...inputs,
            tables: names(desired),
            columns,
            left: left.filter((what) => stays.includes(what)),
            drift,
          },
        };
      });
    } catch (error) {
      // 3D000: the database is not there, so nothing in it is.
      if (error instanceof PostgresError && error.code === "3D000") return undefined;
      // Neither there nor gone: the next update looks again, when whatever serves it may be back.
      if (!(error instanceof Unreachable)) throw error;
      return { id, inputs, outputs: { ...inputs, tables, columns, left, drift: [error.message] } };
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

  async #sync(
    news: SchemaInputs,
    olds: SchemaState | undefined,
    context: OperationContext,
  ): Promise<SchemaOutputs> {
    const before: Before = {
      tables: olds?.outputs.tables ?? [],
      columns: new Set(Object.keys(olds?.outputs.columns ?? {})),
      isDrift: olds !== undefined && sameStatements(olds.inputs.files, news.files),
    };
    return this.#with(news, PATIENCE_SECONDS, undefined, async (database) => {
      const { desired, live } = await observe(database, news.files);
      const plan = planSchema(desired, live, before);
      return database.transaction(async (transaction) => {
        await transaction.run("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
        const steps = [...(await missingPrivileges(transaction, names(desired))), ...plan];
        const { taken, left, refused } = await triage(transaction, steps, news.allowDestructive);
        if (refused.length > 0) throw new Error(refusal(news, refused));
        const copies = new Map<string, string>();
        for (const { table, what, sql, isLossy } of taken) {
          if (isLossy && !copies.has(table))
            copies.set(table, await backUp(transaction, SCHEMA, table, new Date()));
          if (isLossy) context.log("warning", `${what}; the table as it was is kept as ${copies.get(table)}`);
          context.status(what);
          for (const statement of sql) await explained(what, () => transaction.run(statement));
        }
        // Creates the tables that are missing, and whatever else the files hold, such as indexes.
        await runFiles(transaction, news.files);
        const columns = identities(desired, await readTables(transaction, SCHEMA));
        const stays = left.map((step) => step.leave ?? step.what);
        for (const what of stays)
          if (!olds?.outputs.left?.includes(what)) context.log("warning", `${what}: it is left as it is`);
        for (const table of remade(olds?.outputs.columns ?? {}, columns))
          context.log("warning", rowsLost(table));
        return { ...news, tables: names(desired), columns, left: stays, drift: [] };
      });
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

function refusal({ connection, files }: SchemaInputs, steps: Step[]): string {
  return (
    `The tables of database ${connection.database} would lose something, so nothing was changed:\n` +
    `${steps.map((step) => `  - ${step.what}\n`).join("")}` +
    `Bring the DDL in ${files.map((file) => file.path).join(", ")} and the database together, ` +
    `or set allowDestructive to let it happen, with a copy of each such table in schema ${BACKUP_SCHEMA}.`
  );
}

function rowsLost(table: string): string {
  return `${table} was made anew, or a column of it: what its rows had there is gone until the job replays its source`;
}

/** Of the declared columns, those that are there, with what each is known by. */
function identities(desired: Table[], live: Table[]): Record<string, string> {
  const there = new Map(live.map((table) => [table.name, table.columns]));
  return Object.fromEntries(
    desired.flatMap(({ name, columns }) => {
      const declared = new Set(columns.map((column) => column.name));
      const found = (there.get(name) ?? []).filter((column) => declared.has(column.name));
      return found.map((column) => [`${name}.${column.name}`, column.id]);
    }),
  );
}

function names(tables: Table[]): string[] {
  return tables.map((table) => table.name).sort();
}
