/** `commerce:postgres:Schema`: tables from DDL files, changed in place where no data is lost. */
import type { CheckResult, Diff, OperationContext, ResourceHandler, State } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import {
  type ConnectPostgres,
  type Database,
  PostgresError,
  quoteIdentifier,
  type Transaction,
} from "../clients/postgres.ts";
import { Unreachable } from "../clients/unreachable.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { readTables, type Table } from "./catalogue.ts";
import {
  areSame,
  checkSchema,
  diffSchema,
  recreatedTables,
  type SchemaInputs,
  type SchemaOutputs,
} from "./diff.ts";
import { columnIds, namesOf, observe, runDdl, SCHEMA } from "./live.ts";
import { type Previous, planSchema, type Step } from "./plan.ts";
import { missingPrivileges } from "./privileges.ts";
import { BACKUP_SCHEMA, backUp, type Triage, triage } from "./triage.ts";

const PATIENCE_SECONDS = 60;
/** Two updates at once would see each other's partial changes. Any number will do, as long as all use the same one. */
const LOCK = 20_260_101;

type SchemaState = State<SchemaInputs, SchemaOutputs>;

export class SchemaHandler implements ResourceHandler<SchemaInputs, SchemaOutputs> {
  /** A preview says what an update would change in the tables, and refuses what is not allowed. */
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
    // The server may not exist yet.
    if (context.preview) return { id: "", outputs: news as SchemaOutputs };
    return { id: news.connection.database, outputs: await this.#sync(news, undefined, context) };
  }

  async update(_id: string, olds: SchemaState, news: SchemaInputs, context: OperationContext) {
    if (context.preview) return { outputs: await this.#preview(news, olds, context) };
    return { outputs: await this.#sync(news, olds, context) };
  }

  async read(id: string, state: Partial<SchemaState>): Promise<({ id: string } & SchemaState) | undefined> {
    const { inputs } = state;
    if (!inputs) throw new Error(`Schema ${id} cannot be imported. Declare it: existing tables are adopted.`);
    const { tables = [], columns = {}, left = [] } = state.outputs ?? {};
    try {
      return await this.#with(inputs, 0, undefined, async (database) => {
        const { desired, live } = await observe(database, splitStatements(inputs.files));
        const plan = planSchema(desired, live, { tables: [], columns: new Set(), isDrift: true });
        const found = await database.rehearsal((transaction) =>
          triageAll(transaction, plan, desired, inputs),
        );
        const unchanged = found.left.map((step) => step.leave ?? step.what);
        const drift = [
          ...[...found.taken, ...found.refused].map((step) => step.what),
          // The update that left a difference has already warned of it.
          ...unchanged.filter((what) => !left.includes(what)),
          ...recreatedTables(columns, columnIds(desired, live)).map((table) => lostValues(table)),
        ];
        return {
          id,
          inputs,
          outputs: {
            ...inputs,
            tables: namesOf(desired),
            columns,
            left: left.filter((what) => unchanged.includes(what)),
            drift,
          },
        };
      });
    } catch (error) {
      // 3D000: the database does not exist.
      if (error instanceof PostgresError && error.code === "3D000") return undefined;
      // The tables may exist or not. The next update looks again.
      if (!(error instanceof Unreachable)) throw error;
      return { id, inputs, outputs: { ...inputs, tables, columns, left, drift: [error.message] } };
    }
  }

  async delete(_id: string, olds: SchemaState, context: OperationContext): Promise<void> {
    const notice = (message: string) => context.log("info", message);
    await this.#with(olds.inputs, PATIENCE_SECONDS, notice, (database) =>
      database.transaction(async ({ run }) => {
        // CASCADE: a view that somebody made on a table must not block the destroy. Postgres reports what it drops.
        for (const table of olds.outputs.tables)
          await run(`DROP TABLE IF EXISTS ${SCHEMA}.${quoteIdentifier(table)} CASCADE`);
      }),
    );
  }

  async #preview(news: SchemaInputs, olds: SchemaState, context: OperationContext): Promise<SchemaOutputs> {
    if (containsUnknown(news)) return news as SchemaOutputs;
    try {
      const ddl = splitStatements(news.files);
      return await this.#with(news, 0, undefined, async (database) => {
        const { desired, live } = await observe(database, ddl);
        const plan = planSchema(desired, live, previousOf(olds, ddl));
        const found = await database.rehearsal((transaction) => triageAll(transaction, plan, desired, news));
        if (found.refused.length > 0) throw new Error(refusal(news, found.refused));
        for (const { what, isLossy } of found.taken)
          context.log(
            "info",
            isLossy ? `${what}, after a copy of the table to schema ${BACKUP_SCHEMA}` : what,
          );
        const { columns, left } = olds.outputs;
        return { ...news, tables: namesOf(desired), columns, left, drift: [] };
      });
    } catch (error) {
      // The server may not run yet: that must not fail a preview.
      if (!(error instanceof Unreachable)) throw error;
      return news as SchemaOutputs;
    }
  }

  async #sync(
    news: SchemaInputs,
    olds: SchemaState | undefined,
    context: OperationContext,
  ): Promise<SchemaOutputs> {
    const ddl = splitStatements(news.files);
    return this.#with(news, PATIENCE_SECONDS, undefined, async (database) => {
      const { desired, live } = await observe(database, ddl);
      const plan = planSchema(desired, live, previousOf(olds, ddl));
      return database.transaction(async (transaction) => {
        await transaction.run("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        const { taken, left, refused } = await triageAll(transaction, plan, desired, news);
        if (refused.length > 0) throw new Error(refusal(news, refused));
        const copies = new Map<string, string>();
        for (const { table, what, sql, isLossy } of taken) {
          if (isLossy && !copies.has(table))
            copies.set(table, await backUp(transaction, SCHEMA, table, new Date()));
          if (isLossy) context.log("warning", `${what}; a copy of the table is kept as ${copies.get(table)}`);
          context.status(what);
          for (const statement of sql) await withStepInError(what, () => transaction.run(statement));
        }
        // Creates missing tables and whatever else the files declare, such as indexes.
        await runDdl(transaction, ddl);
        const columns = columnIds(desired, await readTables(transaction, SCHEMA));
        const unchanged = left.map((step) => step.leave ?? step.what);
        for (const what of unchanged)
          if (!olds?.outputs.left?.includes(what)) context.log("warning", `${what}: it is left unchanged`);
        for (const table of recreatedTables(olds?.outputs.columns ?? {}, columns))
          context.log("warning", lostValues(table));
        return { ...news, tables: namesOf(desired), columns, left: unchanged, drift: [] };
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

async function withStepInError<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    throw new Error(`Failed: ${what}. Postgres says: ${error.message}`, { cause: error });
  }
}

function previousOf(olds: SchemaState | undefined, ddl: readonly Statement[]): Previous {
  return {
    tables: olds?.outputs.tables ?? [],
    columns: new Set(Object.keys(olds?.outputs.columns ?? {})),
    isDrift: olds !== undefined && areSame(splitStatements(olds.inputs.files), ddl),
  };
}

/** Sorts the steps of the plan, and those that restore missing privileges. */
async function triageAll(
  transaction: Transaction,
  plan: Step[],
  desired: Table[],
  { allowDestructive }: SchemaInputs,
): Promise<Triage> {
  await transaction.run(`SET LOCAL search_path TO ${SCHEMA}`);
  const steps = [...(await missingPrivileges(transaction, namesOf(desired))), ...plan];
  return triage(transaction, steps, allowDestructive);
}

function refusal({ connection, files }: SchemaInputs, steps: Step[]): string {
  return (
    `The tables of database ${connection.database} would lose data, so nothing was changed:\n` +
    `${steps.map((step) => `  - ${step.what}\n`).join("")}` +
    `Make the DDL in ${files.map((file) => file.path).join(", ")} match the database, ` +
    `or set allowDestructive to accept the loss, with a copy of each such table in schema ${BACKUP_SCHEMA}.`
  );
}

function lostValues(table: string): string {
  return `${table} was recreated, or a column of it: its values are missing until the job replays its source`;
}
