import { describe, expect, it } from "vitest";
import type { Table } from "../../../../../plugins/commerce/schema/catalogue.ts";
import { parseJobScript } from "../../../../../plugins/commerce/statement-set/job-script.ts";
import type { CompiledPlan } from "../../../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import { postgresSinks } from "../../../../../plugins/commerce/statement-set/plan/postgres-sinks.ts";
import { checkSinks, differences } from "../../../../../plugins/commerce/statement-set/sinks.ts";
import { planOf } from "./plan/plans.ts";

const FILE = {
  path: "sinks.sql",
  sql: `CREATE TABLE source (x INT) WITH ('connector' = 'kafka');
-- money
CREATE TABLE sales (
  saleId  STRING,
  \`total\` DECIMAL(18, 2) NOT NULL, -- exact
  payload BYTES,
  at      TIMESTAMP(3) NOT NULL,
  twice   AS saleId || saleId,
  PRIMARY KEY (saleId) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'table-name' = 'Sales');
EXECUTE STATEMENT SET BEGIN
INSERT INTO sales SELECT * FROM source;
END;`,
};

interface PlanColumn {
  name: string;
  dataType: unknown;
  kind?: string;
}

const COLUMNS: PlanColumn[] = [
  // Flink makes key columns NOT NULL even if they are not declared so.
  { name: "saleId", dataType: "VARCHAR(2147483647) NOT NULL" },
  { name: "total", dataType: "DECIMAL(18, 2) NOT NULL" },
  { name: "payload", dataType: "VARBINARY(2147483647)" },
  { name: "at", dataType: "TIMESTAMP(3) NOT NULL" },
  { name: "twice", dataType: "VARCHAR(2147483647)", kind: "COMPUTED" },
];

/** A plan with the sink as Flink writes it. */
function planWith(columns: PlanColumn[] = COLUMNS, tableName = "Sales"): CompiledPlan {
  const schema = { columns, primaryKey: { name: "PK_saleId", type: "PRIMARY_KEY", columns: ["saleId"] } };
  const options = { connector: "jdbc", "table-name": tableName };
  const table = {
    identifier: "`default_catalog`.`default_database`.`sales`",
    resolvedTable: { schema, options },
  };
  const node = { id: 1, type: "stream-exec-sink_1", dynamicTableSink: { table } };
  return { flinkVersion: "2.2", nodes: [node, { ...node, id: 2 }], edges: [] };
}

/** The table that the sink needs, with some columns changed, or removed by `undefined`. */
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

const found = (live: Table[], plan = planWith()) =>
  postgresSinks(plan).flatMap((sink) => differences(sink, live));

describe("the sinks of a plan", () => {
  it("are those in Postgres, each once, with types as in SQL", () => {
    const [sink, ...others] = postgresSinks(planWith());
    expect(others).toEqual([]);
    expect(sink).toEqual({
      name: "sales",
      table: "sales",
      columns: [
        { name: "saleId", type: "STRING", notNull: true },
        { name: "total", type: "DECIMAL(18,2)", notNull: true },
        { name: "payload", type: "BYTES", notNull: false },
        { name: "at", type: "TIMESTAMP(3)", notNull: true },
      ],
      primaryKey: ["saleId"],
    });
    const names = postgresSinks(planOf("base")).map(({ name }) => name);
    expect(names).toEqual([
      "transactions",
      "dead_letters",
      "sales_per_category",
      "sales_per_day",
      "sales_per_minute",
    ]);
  });

  it.each([
    ["TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)", false],
    ["VARCHAR(20) NOT NULL", "VARCHAR(20)", true],
    [
      { type: "TIMESTAMP_WITHOUT_TIME_ZONE", nullable: false, precision: 3, kind: "ROWTIME" },
      "TIMESTAMP_WITHOUT_TIME_ZONE",
      true,
    ],
  ])("have the type %j as %s", (dataType, type, notNull) => {
    const [sink] = postgresSinks(planWith([{ name: "x", dataType }]));
    expect(sink?.columns).toEqual([{ name: "x", type, notNull }]);
  });
});

describe("a sink and its table", () => {
  it("fit regardless of case in names, and if other columns of the table may be NULL", () => {
    expect(found([table()])).toEqual([]);
    expect(found([table({ note: { notNull: true, default: "''::text" } })])).toEqual([]);
  });

  it("fit with and without Flink's default modifiers", () => {
    const plan = planWith(
      COLUMNS.map((column) => (column.name === "at" ? { name: "at", dataType: "TIMESTAMP(6)" } : column)),
    );
    for (const type of ["timestamp without time zone", "timestamp(6) without time zone"])
      expect(found([table({ at: { type, notNull: false } })], plan)).toEqual([]);
    expect(
      found([table({ at: { type: "timestamp(3) without time zone", notNull: false } })], plan),
    ).toHaveLength(1);
  });

  it("must not name a schema", () => {
    expect(found([table()], planWith(COLUMNS, "public.sales"))).toEqual([
      "table-name public.sales names a schema; leave it out, as a replay fills a table of another one",
    ]);
  });

  it.each([
    [[], "there is no table sales"],
    [[table({ total: undefined })], "table sales has no column total (DECIMAL(18,2) in the sink)"],
    [
      [table({ total: { type: "double precision" } })],
      "table sales, column total: DECIMAL(18,2) in the sink, which takes numeric(18,2), but double precision in the table",
    ],
    [
      [table({ at: { type: "timestamp without time zone" } })],
      "table sales, column at: TIMESTAMP(3) in the sink, which takes timestamp(3) without time zone, but timestamp without time zone in the table",
    ],
    [
      [table({ payload: { notNull: true } })],
      "table sales, column payload: may be NULL in the sink, but not in the table",
    ],
    [
      [table({ note: { notNull: true } })],
      "table sales, column note: must not be NULL, but is not in the sink",
    ],
    [
      [{ ...table(), primaryKey: ["saleid", "at"] }],
      "table sales: primary key (saleid) in the sink, but (saleid, at) in the table",
    ],
  ])("differ: %#", (live, problem) => {
    expect(found(live)).toEqual([problem]);
  });

  it("are compared over one connection, and errors name file and line", async () => {
    let open = 0;
    const connect = async () => {
      open += 1;
      return {
        transaction: () => Promise.reject(new Error("nothing may be changed")),
        rehearsal: <T>(use: (transaction: { run: () => Promise<never[]> }) => Promise<T>) =>
          use({ run: async () => [] }),
        close: async () => {
          open -= 1;
        },
      };
    };
    const connection = { host: "h", port: 1, database: "shop", user: "u", password: "p" };
    const script = parseJobScript([FILE]);
    await expect(checkSinks(planWith(), script, connection, connect)).rejects.toThrow(
      "do not fit the tables of database shop, so no job was submitted:\n  - sinks.sql:3: there is no table sales",
    );
    const elsewhere = { ...script, statements: [script.statementSet] };
    await expect(checkSinks(planWith(), elsewhere, connection, connect)).rejects.toThrow(
      "- sinks.sql:11: there is no table sales",
    );
    expect(open).toBe(0);
    const unreachable = () => Promise.reject(new Error("must not be called"));
    await checkSinks(planWith(), script, undefined, unreachable);
    await checkSinks({ ...planWith(), nodes: [] }, script, connection, unreachable);
  });
});
