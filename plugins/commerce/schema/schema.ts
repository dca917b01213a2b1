/** `commerce:postgres:Schema`: tables from DDL files, changed in place where nothing is lost by it. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import { type ConnectPostgres, type Database, PostgresError, type Transaction } from "../clients/postgres.ts";
import { Unreachable } from "../clients/unreachable.ts";
import { readTables, type Table } from "./catalogue.ts";
import {
  checkSchema,
  diffSchema,
  recreatedTables,
  type SchemaInputs,
  type SchemaOutputs,
  sameStatements,
} from "./diff.ts";
import { identities, names, observe, runFiles, SCHEMA } from "./live.ts";
import { type Before, planSchema, quote, type Step } from "./plan.ts";
import { missingPrivileges } from "./privileges.ts";
import { BACKUP_SCHEMA, backUp, type Triage, triage } from "./triage.ts";

const PATIENCE_SECONDS = 60;
/** Two at once would see each other's half-made tables: any number, the same for all. */
const LOCK = 20_260_101;

type SchemaState = State<SchemaInputs, SchemaOutputs>;

export class SchemaHandler implements ResourceHandler<SchemaInputs, SchemaOutputs> {
  /** A preview says what is going to be done with the tables, and refuses what is not allowed. */
  readonly supportsPreview = true;
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
    // What is not there yet cannot be asked.
    if (context.preview) return { id: "", outputs: news as SchemaOutputs };
    return { id: news.connection.database, outputs: await this.#sync(news, undefined, context) };
  }

  async update(_id: string, olds: SchemaState, news: SchemaInputs, context: OperationContext) {
    if (context.preview) return { outputs: await this.#preview(news, olds, context) };
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
        const found = await database.rehearsal((transaction) => sort(transaction, plan, desired, inputs));
        const stays = found.left.map((step) => step.leave ?? step.what);
        const drift = [
          ...[...found.taken, ...found.refused].map((step) => step.what),
          // The update that left it has told it.
          ...stays.filter((what) => !left.includes(what)),
          ...recreatedTables(columns, identities(desired, live)).map((table) => rowsLost(table)),
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

  async #preview(news: SchemaInputs, olds: SchemaState, context: OperationContext): Promise<SchemaOutputs> {
    if (containsUnknown(news)) return news as SchemaOutputs;
    try {
      return await this.#with(news, 0, undefined, async (database) => {
        const { desired, live } = await observe(database, news.files);
        const plan = planSchema(desired, live, declaredBefore(olds, news));
        const found = await database.rehearsal((transaction) => sort(transaction, plan, desired, news));
        if (found.refused.length > 0) throw new Error(refusal(news, found.refused));
        for (const { what, isLossy } of found.taken)
          context.log(
            "info",
            isLossy ? `${what}, after a copy of the table to schema ${BACKUP_SCHEMA}` : what,
          );
        const { columns, left } = olds.outputs;
        return { ...news, tables: names(desired), columns, left, drift: [] };
      });
    } catch (error) {
      // A preview says nothing of a server that does not run.
      if (!(error instanceof Unreachable)) throw error;
      return news as SchemaOutputs;
    }
  }

  async #sync(
    news: SchemaInputs,
    olds: SchemaState | undefined,
    context: OperationContext,
  ): Promise<SchemaOutputs> {
    return this.#with(news, PATIENCE_SECONDS, undefined, async (database) => {
      const { desired, live } = await observe(database, news.files);
      const plan = planSchema(desired, live, declaredBefore(olds, news));
      return database.transaction(async (transaction) => {
        await transaction.run("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        const { taken, left, refused } = await sort(transaction, plan, desired, news);
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
        for (const table of recreatedTables(olds?.outputs.columns ?? {}, columns))
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

async function explained<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    throw new Error(`Not done: ${what}. Postgres says: ${error.message}`, { cause: error });
  }
}

function declaredBefore(olds: SchemaState | undefined, news: SchemaInputs): Before {
  return {
    tables: olds?.outputs.tables ?? [],
    columns: new Set(Object.keys(olds?.outputs.columns ?? {})),
    isDrift: olds !== undefined && sameStatements(olds.inputs.files, news.files),
  };
}

/** With what roles lack, which is no matter of the tables' form. */
async function sort(
  transaction: Transaction,
  plan: Step[],
  desired: Table[],
  { allowDestructive }: SchemaInputs,
): Promise<Triage> {
  await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
  const steps = [...(await missingPrivileges(transaction, names(desired))), ...plan];
  return triage(transaction, steps, allowDestructive);
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
