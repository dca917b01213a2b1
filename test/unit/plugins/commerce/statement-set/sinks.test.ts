import { describe, expect, it } from "vitest";
import type { Table } from "../../../../../plugins/commerce/schema/catalogue.ts";
import { splitStatements } from "../../../../../plugins/commerce/sql/statements.ts";
import { declaredTables } from "../../../../../plugins/commerce/statement-set/declared-tables.ts";
import { checkSinks, differences } from "../../../../../plugins/commerce/statement-set/sinks.ts";

const FILE = {
  path: "sinks.sql",
  sql: `CREATE TABLE source (x INT) WITH ('connector' = 'kafka');
-- money
CREATE TABLE sales (
  saleId  STRING NOT NULL,
  \`total\` DECIMAL(18, 2) NOT NULL, -- exact
  payload BYTES,
  at      TIMESTAMP(3) NOT NULL,
  twice   AS saleId || saleId,
  PRIMARY KEY (saleId) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'table-name' = 'Sales');`,
};
const [, sink] = declaredTables(splitStatements([FILE]));

/** The table that the sink wants, with some columns changed or, by `undefined`, left out. */
function table(changes: Record<string, Partial<Table["columns"][number]> | undefined> = {}): Table {
  const columns = [
    { name: "saleid", type: "text", notNull: true },
    { name: "total", type: "numeric(18,2)", notNull: true },
    { name: "payload", type: "bytea", notNull: false },
    { name: "at", type: "timestamp(3) without time zone", notNull: true },
    { name: "note", type: "text", notNull: false },
  ].flatMap((column) =>
    column.name in changes && !changes[column.name]
      ? []
      : [{ id: `1.${column.name}`, ...column, ...changes[column.name] }],
  );
  return { name: "sales", columns, primaryKey: ["saleid"] };
}

const found = (live: Table[]) => (sink ? differences(sink, live) : []);

describe("a sink and its table", () => {
  it("fit, whatever else the table may leave empty, and in whatever case", () => {
    expect(found([table()])).toEqual([]);
    expect(found([table({ note: { notNull: true, default: "''::text" } })])).toEqual([]);
  });

  it("name no schema", () => {
    const [, elsewhere] = declaredTables(
      splitStatements([{ ...FILE, sql: FILE.sql.replace("'Sales'", "'public.sales'") }]),
    );
    expect(elsewhere && differences(elsewhere, [table()])).toEqual([
      "sinks.sql:3: table-name public.sales names a schema; leave it out, as a replay fills a table of another one",
    ]);
  });

  it.each([
    [[], "sinks.sql:3: there is no table sales"],
    [
      [table({ total: undefined })],
      "sinks.sql:3: table sales has no column total (DECIMAL(18,2) in the sink)",
    ],
    [
      [table({ total: { type: "double precision" } })],
      "sinks.sql:3: table sales, column total: DECIMAL(18,2) in the sink, which takes numeric(18,2), but double precision in the table",
    ],
    [
      [table({ at: { type: "timestamp without time zone" } })],
      "sinks.sql:3: table sales, column at: TIMESTAMP(3) in the sink, which takes timestamp(3) without time zone, but timestamp without time zone in the table",
    ],
    [
      [table({ payload: { notNull: true } })],
      "sinks.sql:3: table sales, column payload: may be NULL in the sink, but not in the table",
    ],
    [
      [table({ note: { notNull: true } })],
      "sinks.sql:3: table sales, column note: must not be NULL, but is not in the sink",
    ],
    [
      [{ ...table(), primaryKey: ["saleid", "at"] }],
      "sinks.sql:3: table sales: primary key (saleid) in the sink, but (saleid, at) in the table",
    ],
  ])("differ: %#", (live, problem) => {
    expect(found(live)).toEqual([problem]);
  });

  it("are compared all at once, by one look at the catalogue, which is closed again", async () => {
    let open = 0;
    const connect = async () => {
      open += 1;
      return {
        transaction: () => Promise.reject(new Error("nothing is to be changed")),
        rehearsal: <T>(use: (transaction: { run: () => Promise<never[]> }) => Promise<T>) =>
          use({ run: async () => [] }),
        close: async () => {
          open -= 1;
        },
      };
    };
    const connection = { host: "h", port: 1, database: "shop", user: "u", password: "p" };
    await expect(checkSinks([FILE], connection, connect)).rejects.toThrow(
      "do not fit the tables of database shop, so no job was submitted:\n  - sinks.sql:3: there is no table sales",
    );
    expect(open).toBe(0);
    await checkSinks([FILE], undefined, () => Promise.reject(new Error("not to be called")));
  });
});
