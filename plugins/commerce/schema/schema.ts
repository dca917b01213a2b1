/** `commerce:postgres:Schema`: tables from DDL files, changed in place where no data is lost. */
import type { CheckResult, Diff, OperationContext, ResourceHandler } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import {
  type ConnectOptions,
  type ConnectPostgres,
  type Database,
  PostgresError,
} from "../clients/postgres.ts";
import { REACHABLE_TIMEOUT_SECONDS, Unreachable, unlessUnreachable } from "../clients/unreachable.ts";
import { splitStatements } from "../sql/statements.ts";
import { deletionRefused, dropTables, tablesWithRows } from "./delete.ts";
import { checkSchema, diffSchema, isOtherDatabase, type SchemaInputs, type SchemaOutputs } from "./diff.ts";
import { namesOf, observe } from "./live.ts";
import { observeSchema, previewSchema, type SchemaState, updateSchema } from "./sync.ts";

export class SchemaHandler implements ResourceHandler<SchemaInputs, SchemaOutputs> {
  /** A preview says what an update would change in the tables, and refuses what is not allowed. */
  readonly supportsPreview = true;
  readonly #connect: ConnectPostgres;

  constructor(connect: ConnectPostgres) {
    this.#connect = connect;
  }

  async check(news: SchemaInputs, olds: SchemaInputs | undefined): Promise<CheckResult<SchemaInputs>> {
    const inputs = { ...news, allowDestructive: news.allowDestructive ?? false };
    const failures = checkSchema(news);
    if (failures.length === 0 && olds && isOtherDatabase(olds, inputs) && !olds.allowDestructive) {
      const tables = await this.#tablesWithRows(olds).catch(unlessUnreachable);
      if (tables?.length) failures.push({ property: "connection", reason: deletionRefused(olds, tables) });
    }
    return { inputs, failures };
  }

  diff(_id: string, olds: SchemaState, news: SchemaInputs): Diff {
    return diffSchema(olds, news);
  }

  async create(news: SchemaInputs, context: OperationContext) {
    // The server may not exist yet.
    if (context.preview) return { id: "", outputs: news as SchemaOutputs };
    const outputs = await this.#with(
      news,
      REACHABLE_TIMEOUT_SECONDS,
      (database) => updateSchema(database, news, undefined, context),
      { signal: context.signal },
    );
    return { id: news.connection.database, outputs };
  }

  async update(_id: string, olds: SchemaState, news: SchemaInputs, context: OperationContext) {
    if (context.preview) return { outputs: await this.#preview(news, olds, context) };
    const outputs = await this.#with(
      news,
      REACHABLE_TIMEOUT_SECONDS,
      (database) => updateSchema(database, news, olds, context),
      { signal: context.signal },
    );
    return { outputs };
  }

  async read(id: string, state: Partial<SchemaState>): Promise<({ id: string } & SchemaState) | undefined> {
    const { inputs } = state;
    if (!inputs) throw new Error(`Schema ${id} cannot be imported. Declare it: existing tables are adopted.`);
    const { tables = [], columns = {}, left = [] } = state.outputs ?? {};
    try {
      const outputs = await this.#with(inputs, 0, (database) =>
        observeSchema(database, inputs, { columns, left }),
      );
      return { id, inputs, outputs };
    } catch (error) {
      // 3D000: the database does not exist.
      if (error instanceof PostgresError && error.code === "3D000") return undefined;
      // The tables may exist or not. The next update looks again.
      if (!(error instanceof Unreachable)) throw error;
      return { id, inputs, outputs: { ...inputs, tables, columns, left, drift: [error.message] } };
    }
  }

  async delete(_id: string, olds: SchemaState, context: OperationContext): Promise<void> {
    const drop = (database: Database) => dropTables(database, olds, context);
    const notice = (message: string) => context.log("info", message);
    await this.#with(olds.inputs, REACHABLE_TIMEOUT_SECONDS, drop, { signal: context.signal, notice });
  }

  #tablesWithRows(inputs: SchemaInputs): Promise<string[]> {
    return this.#with(inputs, 0, async (database) => {
      const { desired } = await observe(database, splitStatements(inputs.files));
      return database.rehearsal((transaction) => tablesWithRows(transaction, namesOf(desired)));
    });
  }

  async #preview(news: SchemaInputs, olds: SchemaState, context: OperationContext): Promise<SchemaOutputs> {
    if (containsUnknown(news)) return news as SchemaOutputs;
    try {
      return await this.#with(news, 0, (database) => previewSchema(database, news, olds, context));
    } catch (error) {
      // The server may not run yet: that must not fail a preview.
      if (!(error instanceof Unreachable)) throw error;
      return news as SchemaOutputs;
    }
  }

  async #with<T>(
    inputs: SchemaInputs,
    timeoutSeconds: number,
    use: (database: Database) => Promise<T>,
    options?: ConnectOptions,
  ): Promise<T> {
    const database = await this.#connect(inputs.connection, timeoutSeconds, options);
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }
}
