/**
 * Edits that somebody may make to this project's SQL, each with the tables that it changes and the words that say why.
 * `variants.test.ts` judges recorded plans of them; `test/live/plugins/variants.test.ts` compiles them again.
 */

export interface Variant {
  name: string;
  /** Edits the texts of `sql/flink/`, which are joined in the order of their names. */
  edit: (sql: string) => string;
  /** All other tables are kept. A text: the table has to be rebuilt, and the reason contains it. */
  changes: Record<string, string>;
  /** Tables that are written for the first time, and those that are no longer written. */
  added?: string[];
  gone?: string[];
  /** Tables that are kept, and get columns. */
  wider?: Record<string, string[]>;
  narrower?: Record<string, string[]>;
}

/** Replaces a text that must be there. */
const swap = (from: string | RegExp, to: string) => (sql: string) => {
  const edited = sql.replace(from, to);
  if (edited === sql) throw new Error(`the SQL does not contain ${from}`);
  return edited;
};

const both =
  (...edits: ((sql: string) => string)[]) =>
  (sql: string) =>
    edits.reduce((text, edit) => edit(text), sql);

/** Edits only the INSERT into the table. */
const inInsert = (table: string, from: string | RegExp, to: string) => (sql: string) => {
  const insert = new RegExp(`INSERT INTO ${table}\\b[^;]*;`).exec(sql)?.[0];
  if (insert === undefined) throw new Error(`there is no INSERT INTO ${table}`);
  return sql.replace(insert, () => swap(from, to)(insert));
};

/** Edits only the declaration of the sink. */
const inSink = (table: string, from: string | RegExp, to: string) => (sql: string) => {
  const declared = new RegExp(`CREATE TABLE ${table} \\([^;]*;`).exec(sql)?.[0];
  if (declared === undefined) throw new Error(`there is no sink ${table}`);
  return sql.replace(declared, () => swap(from, to)(declared));
};

const anotherInsert = (insert: string) => swap(/\nEND;/, `\n${insert}\n\nEND;`);

const insertOf = (table: string) => new RegExp(`INSERT INTO ${table}\\b[^;]*;\n`);

const FILTERED = "its rows are filtered differently";
const CATEGORY = "sales_per_category";

/** The name of the plan without an edit. */
export const BASE = "as it is";

export const VARIANTS: Variant[] = [
  // What changes no row.
  {
    name: "comments and white space",
    edit: (sql) => `${sql.replaceAll("\n", "  \n")}\n-- more`,
    changes: {},
  },
  {
    name: "a renamed view",
    edit: (sql) => sql.replace(/\bdeliveries\b/g, "first_and_later"),
    changes: {},
  },
  {
    name: "an alias and a constant condition",
    edit: inInsert("transactions", "WHERE occurrence = 1", "AS d WHERE d.occurrence = 1 AND 1 = 1"),
    changes: {},
  },
  {
    name: "terms of a filter in another order",
    edit: swap(
      "occurrence = 1 AND transactionType IN ('purchase', 'refund')",
      "transactionType IN ('purchase', 'refund') AND occurrence = 1",
    ),
    changes: {},
  },
  {
    name: "reordered INSERTs",
    edit: (sql) => {
      const insert = insertOf("duplicates").exec(sql)?.[0] ?? "";
      return anotherInsert(insert)(sql.replace(insert, ""));
    },
    changes: {},
  },
  {
    name: "another time to live of a sum",
    edit: inInsert(CATEGORY, "'0 s'", "'9 d'"),
    changes: {},
  },
  {
    name: "other buffers of a sink",
    edit: inSink("transactions", "'table-name'", "'sink.buffer-flush.interval' = '1 s',\n  'table-name'"),
    changes: {},
  },
  {
    name: "another user of the database",
    edit: inSink("transactions", "user=flink_writer", "user=other"),
    changes: {},
  },
  {
    name: "a wider type of a column",
    edit: inSink("transactions", "DECIMAL(18, 2)", "DECIMAL(20, 2)"),
    changes: {},
  },
  {
    name: "the columns of a sink in another order",
    edit: both(
      inSink("duplicates", /( {2}transactionId[^\n]*\n)( {2}occurrence[^\n]*\n)/, "$2$1"),
      inInsert("duplicates", "transactionId, occurrence", "occurrence, transactionId"),
    ),
    changes: {},
  },
  {
    name: "other names of a SELECT's columns",
    edit: inInsert("transactions", "merchant, location", "merchant AS seller, location AS place"),
    changes: {},
  },
  {
    name: "statements on one line, keywords in lower case",
    edit: (sql) =>
      sql.replace(/INSERT INTO duplicates[^;]*;/, (one) =>
        one.replace(/\s+/g, " ").replace("SELECT", "select"),
      ),
    changes: {},
  },

  // Additions: earlier rows stay right.
  {
    name: "a new column",
    edit: both(
      inSink("duplicates", /( {2}transactionId[^\n]*\n)/, "$1  userId STRING,\n"),
      inInsert("duplicates", "transactionId, occurrence", "transactionId, userId, occurrence"),
    ),
    changes: {},
    wider: { duplicates: ["userid"] },
  },
  {
    name: "an optional field of the event",
    edit: both(
      swap(/^ {2}location {8}STRING,$/m, "$&\n  couponCode STRING,"),
      swap(/merchant, location,$/m, "merchant, location, couponCode,"),
      inSink("transactions", /^ {2}location +STRING NOT NULL,$/m, "$&\n  couponCode STRING,"),
      inInsert("transactions", /merchant, location$/m, "merchant, location, couponCode"),
    ),
    changes: {},
    wider: { transactions: ["couponcode"] },
  },
  {
    name: "a column that is no longer written",
    edit: both(
      inSink("late_events", / {2}received_at[^\n]*\n/, ""),
      inInsert("late_events", "kafka_offset, received_at", "kafka_offset"),
    ),
    changes: {},
    narrower: { late_events: ["received_at"] },
  },
  {
    name: "a new table",
    edit: both(
      (sql) =>
        sql.replace(
          /CREATE TABLE sales_per_category \([^;]*;/,
          (sink) => `${sink}\n${sink.replaceAll("sales_per_category", "totals")}`,
        ),
      anotherInsert(
        "INSERT INTO totals SELECT /*+ STATE_TTL('summed_sales' = '0 s') */ category, currency, MAX(amount) FROM summed_sales GROUP BY category, currency;",
      ),
    ),
    changes: {},
    added: ["totals"],
  },
  {
    name: "an INSERT that is taken out",
    edit: swap(insertOf("sales_per_month"), ""),
    changes: {},
    gone: ["sales_per_month"],
  },
  {
    name: "the minutes, taken out",
    edit: swap(insertOf("sales_per_minute"), ""),
    // They share their window with the totals.
    changes: {},
    gone: ["sales_per_minute"],
  },
  {
    name: "a renamed column",
    edit: both(
      inSink("late_events", "received_at ", "arrived_at "),
      inInsert("late_events", "kafka_offset, received_at", "kafka_offset, received_at AS arrived_at"),
    ),
    changes: {},
    wider: { late_events: ["arrived_at"] },
    narrower: { late_events: ["received_at"] },
  },

  // The path behind the last state.
  {
    name: "an expression behind the last sum",
    edit: inInsert(CATEGORY, "SUM(amount)", "CAST(SUM(amount) + 100 AS DECIMAL(38, 2))"),
    changes: { [CATEGORY]: "total_sales: computed differently" },
  },
  {
    name: "a filter behind the last sum",
    edit: inInsert(
      CATEGORY,
      "GROUP BY category, currency",
      "GROUP BY category, currency HAVING SUM(amount) > 0",
    ),
    changes: { [CATEGORY]: FILTERED },
  },
  {
    name: "a filter of a table without a state of its own",
    edit: inInsert("transactions", "WHERE occurrence = 1", "WHERE occurrence = 1 AND currency <> 'GBP'"),
    changes: { transactions: `${FILTERED}: now` },
  },
  {
    name: "another expression of a column",
    edit: inInsert("transactions", "merchant", "UPPER(merchant)"),
    changes: { transactions: "merchant: computed differently" },
  },
  {
    name: "a cast that loses digits",
    edit: inInsert("transactions", "amount", "CAST(CAST(amount AS DECIMAL(18, 0)) AS DECIMAL(18, 2))"),
    changes: { transactions: "amount: computed differently" },
  },
  {
    name: "two columns of one type exchanged",
    edit: inInsert("transactions", "merchant, location", "location, merchant"),
    changes: { transactions: "merchant, location: computed differently" },
  },
  {
    name: "another filter of the dead letters",
    edit: inInsert("dead_letters", "reason IS NOT NULL", "reason <> 'null value'"),
    changes: { dead_letters: FILTERED },
  },
  {
    name: "another occurrence in duplicates",
    edit: inInsert("duplicates", "occurrence > 1", "occurrence > 2"),
    changes: { duplicates: FILTERED },
  },
  {
    name: "another sign of a column",
    edit: inInsert("late_events", /\bamount\b/, "-amount"),
    changes: { late_events: "amount: computed differently" },
  },
  {
    name: "a second INSERT into a table",
    edit: anotherInsert(
      "INSERT INTO late_events SELECT transactionId, transactionDate, currency, category, amount, kafka_partition, kafka_offset, received_at FROM sales WHERE amount > 100;",
    ),
    // The planner unites both.
    changes: { late_events: "it is computed from other rows" },
  },
  {
    name: "more rows by UNION ALL",
    edit: inInsert(
      "duplicates",
      /SELECT[^;]*;/,
      "SELECT transactionId, occurrence, kafka_partition, kafka_offset, received_at FROM deliveries WHERE occurrence > 1 " +
        "UNION ALL SELECT reason, CAST(2 AS BIGINT), kafka_partition, kafka_offset, CAST(received_at AS TIMESTAMP(3)) FROM raw_events WHERE reason IS NOT NULL;",
    ),
    changes: { duplicates: "it is computed from other rows" },
  },
  {
    name: "another key of a sink",
    edit: inSink("duplicates", "(transactionId, occurrence)", "(kafka_partition, kafka_offset)"),
    changes: { duplicates: "its rows have another key" },
  },
  {
    name: "another table of a sink",
    edit: inSink(CATEGORY, "'table-name' = 'sales_per_category'", "'table-name' = 'categories'"),
    changes: {},
    added: ["categories"],
    gone: [CATEGORY],
  },
  {
    name: "another database of a sink",
    edit: inSink(CATEGORY, "/kafka_commerce", "/elsewhere"),
    changes: { [CATEGORY]: "it is written to somewhere else" },
  },
  {
    name: "other rules for valid events",
    edit: swap("'1970-01-01'", "'2020-01-01'"),
    changes: {
      dead_letters: "it is computed from other rows",
      transactions: "the events are read differently",
      duplicates: "the events are read differently",
      sales_per_category: "the events are read differently",
      sales_per_day: "the events are read differently",
      sales_per_month: "the events are read differently",
      sales_per_minute: "",
      late_events: "the events are read differently",
      events_read: "the events are read differently",
    },
  },
  {
    name: "a constant instead of a column",
    edit: inInsert("transactions", "merchant", "CAST('all' AS STRING)"),
    changes: { transactions: "merchant: computed differently" },
  },
  {
    name: "a CASE instead of a column",
    edit: inInsert("transactions", "merchant", "CASE WHEN amount > 100 THEN merchant ELSE 'small' END"),
    changes: { transactions: "merchant: computed differently" },
  },
  {
    name: "a time that loses its milliseconds",
    edit: inInsert(
      "late_events",
      "kafka_offset, received_at",
      "kafka_offset, CAST(CAST(received_at AS TIMESTAMP(0)) AS TIMESTAMP(3))",
    ),
    changes: { late_events: "received_at: computed differently" },
  },
  {
    name: "the columns of a sink exchanged, not those of its SELECT",
    edit: inSink("late_events", /( {2}currency[^\n]*\n)( {2}category[^\n]*\n)/, "$2$1"),
    changes: { late_events: "category, currency: computed differently" },
  },

  // What the state itself depends on.
  {
    name: "another sign of a refund",
    edit: swap("THEN -amount ELSE amount END", "THEN amount ELSE amount END"),
    changes: {
      sales_per_category: "",
      sales_per_day: "",
      sales_per_month: "",
      sales_per_minute: "",
      late_events: "amount: computed differently",
    },
  },
  {
    name: "another limit for late events",
    edit: swap("INTERVAL '65' SECOND", "INTERVAL '70' SECOND"),
    changes: {
      sales_per_category: "",
      sales_per_day: "",
      sales_per_month: "",
      sales_per_minute: "",
      late_events: FILTERED,
    },
  },
  {
    name: "another function in front of the sums",
    edit: swap("SUM(amount) AS amount", "MAX(amount) AS amount"),
    changes: { sales_per_category: "", sales_per_day: "", sales_per_month: "", sales_per_minute: "" },
  },
  {
    name: "the keys of a sum in another order",
    edit: inInsert(CATEGORY, "GROUP BY category, currency", "GROUP BY currency, category"),
    changes: { [CATEGORY]: "it groups by something else" },
  },
  {
    name: "a filter in front of a sum",
    edit: inInsert(CATEGORY, "FROM summed_sales", "FROM summed_sales WHERE currency <> 'GBP'"),
    changes: { [CATEGORY]: FILTERED },
  },
  {
    name: "another function of a sum",
    edit: inInsert("sales_per_day", "SUM(amount)", "MAX(amount)"),
    changes: { sales_per_day: "it computes something else" },
  },
  {
    name: "another window of the sums' input",
    edit: swap(/(TABLE sales, .*)'0.5'/, "$1'0.2'"),
    changes: {
      sales_per_minute: "it uses another window",
      sales_per_category: "it uses another window",
      sales_per_day: "it uses another window",
      sales_per_month: "it uses another window",
    },
  },
];
