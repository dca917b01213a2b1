/** Plans the steps from the live tables to the declared ones, and says which of them lose data. Pure. */
import { deepEqual } from "../../sdk/values.ts";
import { quoteIdentifier as quote } from "../clients/postgres.ts";
import type { Column, Table } from "./catalogue.ts";

export interface SchemaStep {
  table: string;
  /** In words, such as `column transactions.note is added`. */
  what: string;
  /** It may lose data, or a guarantee on it. */
  isDestructive: boolean;
  /** Empty for a table that the DDL itself creates. */
  sql: string[];
  /** A query that returns a row if existing rows would lose something, or violate what is asked for. */
  probe?: string;
  /** Set if it is harmless to skip the step; describes the state without it. */
  leave?: string;
}

/** What earlier DDL declared. Tables and columns that were never declared belong to somebody else. */
export interface Previous {
  tables: readonly string[];
  /** As `table.column`. */
  columns: ReadonlySet<string>;
  /** The DDL has not changed since, so each difference was made by hand. */
  isDrift: boolean;
}

export function planSchema(
  desired: readonly Table[],
  live: readonly Table[],
  previous: Previous,
): SchemaStep[] {
  const existing = new Map(live.map((table) => [table.name, table]));
  const declared = new Set(desired.map((table) => table.name));
  return [
    ...desired.flatMap((table) => {
      const found = existing.get(table.name);
      if (found) return planTable(table, found, previous);
      return [{ table: table.name, what: `table ${table.name} is created`, isDestructive: false, sql: [] }];
    }),
    ...previous.tables
      .filter((name) => existing.has(name) && !declared.has(name))
      .map((name) => dropTable(name, `table ${name} is dropped`)),
  ];
}

function dropTable(table: string, what: string): SchemaStep {
  return { table, what, isDestructive: true, sql: [`DROP TABLE ${quote(table)}`] };
}

function planTable(desired: Table, live: Table, previous: Previous): SchemaStep[] {
  const table = desired.name;
  const alter = `ALTER TABLE ${quote(table)}`;
  const existing = new Map(live.columns.map((column) => [column.name, column]));
  const declared = new Set(desired.columns.map((column) => column.name));
  const missingKey = desired.columns.find(
    ({ name, default: value }) =>
      desired.primaryKey.includes(name) && !existing.has(name) && value === undefined,
  );
  if (missingKey) {
    const what = `table ${table}, whose rows lack the key column ${missingKey.name}, is recreated, empty`;
    return [{ ...dropTable(table, what), probe: anyRow(table) }];
  }
  const steps = desired.columns.flatMap((column) => {
    const found = existing.get(column.name);
    return (found ? planColumn(table, column, found, previous) : addColumn(table, column)).map((step) => ({
      table,
      ...step,
    }));
  });
  for (const column of live.columns)
    if (!declared.has(column.name)) steps.push({ table, ...dropColumn(table, column, previous) });
  if (!deepEqual(desired.primaryKey, live.primaryKey)) {
    const key = desired.primaryKey.map(quote).join(", ");
    steps.push({
      table,
      what:
        `primary key of ${table} changes from (${live.primaryKey.join(", ")}) ` +
        `to (${desired.primaryKey.join(", ")})`,
      // A first primary key only adds a guarantee.
      isDestructive: live.primaryKey.length > 0,
      sql: [
        ...(live.primaryKey.length > 0 ? [dropPrimaryKey(table)] : []),
        ...(key === "" ? [] : [`${alter} ADD PRIMARY KEY (${key})`]),
      ],
    });
  }
  return steps;
}

function addColumn(table: string, column: Column): Omit<SchemaStep, "table">[] {
  const what = `column ${table}.${column.name} is added`;
  const add = `ALTER TABLE ${quote(table)} ADD COLUMN ${quote(column.name)} ${column.type}`;
  if (column.default !== undefined) {
    const rest = ` DEFAULT ${column.default}${column.notNull ? " NOT NULL" : ""}`;
    return [{ what, isDestructive: false, sql: [add + rest] }];
  }
  const added = { what, isDestructive: false, sql: [add] };
  return column.notNull ? [added, { ...forbidNull(table, column.name), probe: anyRow(table) }] : [added];
}

function dropColumn(table: string, column: Column, previous: Previous): Omit<SchemaStep, "table"> {
  const where = `column ${table}.${column.name}`;
  const isOwn = previous.columns.has(`${table}.${column.name}`);
  // The job does not fill a column that it does not know, so one that must be filled would stop the job.
  const isHarmless = !isOwn && (!column.notNull || column.default !== undefined);
  return {
    what: `${where}${isOwn ? "" : ", which is not in the DDL,"} is dropped`,
    isDestructive: true,
    sql: [`ALTER TABLE ${quote(table)} DROP COLUMN ${quote(column.name)}`],
    ...(isHarmless ? { leave: `${where} is not in the DDL` } : {}),
  };
}

function planColumn(
  table: string,
  desired: Column,
  live: Column,
  previous: Previous,
): Omit<SchemaStep, "table">[] {
  const steps: Omit<SchemaStep, "table">[] = [];
  const where = `column ${table}.${desired.name}`;
  const name = quote(desired.name);
  const column = `ALTER TABLE ${quote(table)} ALTER COLUMN ${name}`;
  if (desired.type !== live.type) {
    steps.push({
      what: `${where} changes from ${live.type} to ${desired.type}`,
      isDestructive: !widens(live.type, desired.type),
      sql: [`${column} TYPE ${desired.type} USING ${name}::${desired.type}`],
      // A type that was changed by hand is changed back if every value survives that.
      ...(previous.isDrift && {
        probe: `SELECT 1 FROM ${quote(table)} WHERE ${name}::${desired.type}::${live.type} IS DISTINCT FROM ${name} LIMIT 1`,
      }),
    });
  }
  if (desired.default !== live.default) {
    steps.push({
      what: `${where} gets ${desired.default === undefined ? "no default" : `default ${desired.default}`}`,
      isDestructive: false,
      sql: [
        desired.default === undefined ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${desired.default}`,
      ],
    });
  }
  if (desired.notNull && !live.notNull) steps.push(forbidNull(table, desired.name));
  if (!desired.notNull && live.notNull)
    steps.push({ what: `${where} now allows NULL`, isDestructive: false, sql: [`${column} DROP NOT NULL`] });
  return steps;
}

function forbidNull(table: string, column: string): Omit<SchemaStep, "table"> {
  const name = quote(column);
  return {
    what: `column ${table}.${column} no longer allows NULL`,
    isDestructive: false,
    sql: [`ALTER TABLE ${quote(table)} ALTER COLUMN ${name} SET NOT NULL`],
    probe: `SELECT 1 FROM ${quote(table)} WHERE ${name} IS NULL LIMIT 1`,
    leave: `column ${table}.${column} is NULL in rows that lack it, until they are rewritten`,
  };
}

function anyRow(table: string): string {
  return `SELECT 1 FROM ${quote(table)} LIMIT 1`;
}

const INTEGERS = ["smallint", "integer", "bigint"];

/** Whether every value of one type is a value of the other, to the last digit. */
export function widens(from: string, to: string): boolean {
  const [a, b] = [parseType(from), parseType(to)];
  if (b.base === "text") return a.base === "character varying" || a.base === "text";
  if (INTEGERS.includes(a.base) && INTEGERS.includes(b.base))
    return INTEGERS.indexOf(a.base) <= INTEGERS.indexOf(b.base);
  if (a.base === "real" && b.base === "double precision") return true;
  if (a.base !== b.base) return false;
  // A type without a modifier has no limit.
  const [size, scale = 0] = a.modifiers;
  const [newSize, newScale = 0] = b.modifiers;
  if (newSize === undefined) return true;
  if (size === undefined) return false;
  return a.base === "numeric" ? newScale >= scale && newSize - newScale >= size - scale : newSize >= size;
}

/** `timestamp(3) without time zone` is the base `timestamp without time zone` with the modifier 3. */
function parseType(type: string): { base: string; modifiers: number[] } {
  const modifiers =
    type
      .match(/\(([\d,\s]+)\)/)?.[1]
      ?.split(",")
      .map(Number) ?? [];
  return { base: type.replace(/\([\d,\s]+\)/, ""), modifiers };
}

/** Looks up the name of the constraint, which the DDL need not set. */
function dropPrimaryKey(table: string): string {
  const literal = `'${quote(table).replaceAll("'", "''")}'`;
  return (
    `DO $drop$ BEGIN EXECUTE (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) ` +
    `FROM pg_constraint WHERE conrelid = ${literal}::regclass AND contype = 'p'); END $drop$`
  );
}
