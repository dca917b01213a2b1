/** From the tables that are there to those that the DDL declares: which steps, and which of them lose data. Pure. */
import { deepEqual } from "../../plugin/values.ts";
import type { Column, Table } from "./catalogue.ts";

export interface Step {
  /** In words, such as `column transactions.note is added`. */
  what: string;
  /** Data, or a guarantee on it, would be lost. */
  destructive: boolean;
  /** Empty for a table that the DDL itself will create. */
  sql: string[];
}

/**
 * @param dropped tables that earlier DDL declared and this one no longer does; tables that the DDL never
 *   declared are somebody else's, and left alone
 */
export function planSchema(
  desired: readonly Table[],
  live: readonly Table[],
  dropped: readonly string[],
): Step[] {
  const there = new Map(live.map((table) => [table.name, table]));
  const wanted = new Set(desired.map((table) => table.name));
  return [
    ...desired.flatMap((table) => {
      const found = there.get(table.name);
      if (found) return planTable(table, found);
      return [{ what: `table ${table.name} is created`, destructive: false, sql: [] }];
    }),
    ...dropped
      .filter((name) => there.has(name) && !wanted.has(name))
      .map((name) => ({
        what: `table ${name} is dropped`,
        destructive: true,
        sql: [`DROP TABLE ${quote(name)}`],
      })),
  ];
}

function planTable(desired: Table, live: Table): Step[] {
  const alter = `ALTER TABLE ${quote(desired.name)}`;
  const there = new Map(live.columns.map((column) => [column.name, column]));
  const wanted = new Set(desired.columns.map((column) => column.name));
  const steps = desired.columns.flatMap((column) => {
    const found = there.get(column.name);
    const where = `column ${desired.name}.${column.name}`;
    if (found) return planColumn(alter, where, column, found);
    return [
      {
        what: `${where} is added`,
        destructive: false,
        sql: [
          `${alter} ADD COLUMN ${quote(column.name)} ${column.type}` +
            (column.default === undefined ? "" : ` DEFAULT ${column.default}`) +
            (column.notNull ? " NOT NULL" : ""),
        ],
      },
    ];
  });
  for (const column of live.columns) {
    if (wanted.has(column.name)) continue;
    steps.push({
      what: `column ${desired.name}.${column.name} is dropped`,
      destructive: true,
      sql: [`${alter} DROP COLUMN ${quote(column.name)}`],
    });
  }
  if (!deepEqual(desired.primaryKey, live.primaryKey)) {
    const key = desired.primaryKey.map(quote).join(", ");
    steps.push({
      what:
        `primary key of ${desired.name} changes from (${live.primaryKey.join(", ")}) ` +
        `to (${desired.primaryKey.join(", ")})`,
      // Taking one where there was none only adds a guarantee.
      destructive: live.primaryKey.length > 0,
      sql: [
        ...(live.primaryKey.length > 0 ? [dropPrimaryKey(desired.name)] : []),
        ...(key === "" ? [] : [`${alter} ADD PRIMARY KEY (${key})`]),
      ],
    });
  }
  return steps;
}

function planColumn(alter: string, where: string, desired: Column, live: Column): Step[] {
  const steps: Step[] = [];
  const column = `${alter} ALTER COLUMN ${quote(desired.name)}`;
  if (desired.type !== live.type) {
    steps.push({
      what: `${where} changes from ${live.type} to ${desired.type}`,
      destructive: !widens(live.type, desired.type),
      sql: [`${column} TYPE ${desired.type} USING ${quote(desired.name)}::${desired.type}`],
    });
  }
  if (desired.default !== live.default) {
    steps.push({
      what: `${where} gets ${desired.default === undefined ? "no default" : `default ${desired.default}`}`,
      destructive: false,
      sql: [
        desired.default === undefined ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${desired.default}`,
      ],
    });
  }
  if (desired.notNull !== live.notNull) {
    steps.push({
      what: `${where} ${desired.notNull ? "no longer" : "now"} allows NULL`,
      destructive: false,
      sql: [`${column} ${desired.notNull ? "SET" : "DROP"} NOT NULL`],
    });
  }
  return steps;
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
  // Without a modifier there is no limit.
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

/** The constraint's name is whatever whoever made it chose. */
function dropPrimaryKey(table: string): string {
  const literal = `'${quote(table).replaceAll("'", "''")}'`;
  return (
    `DO $drop$ BEGIN EXECUTE (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) ` +
    `FROM pg_constraint WHERE conrelid = ${literal}::regclass AND contype = 'p'); END $drop$`
  );
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
