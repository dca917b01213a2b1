/** The proof removes its own rows, by id, and nobody else's. */
import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ProofEvent, proofEvents } from "../../cli/proof/event.ts";
import { type PostgresProofClient, postgresProofClient } from "../../cli/proof/postgres-client.ts";
import { usePostgres } from "./support/postgres-server.ts";

const { connection, sql } = (() => {
  const server = usePostgres("proof");
  return { connection: () => server.connection, sql: server.sql };
})();
const ddl = ["10-tables.sql", "20-proof.sql"].map((name) =>
  readFileSync(new URL(`../../sql/postgres/${name}`, import.meta.url), "utf8"),
);
const DAY = "2026-02-28";

let proof: PostgresProofClient;
beforeAll(async () => {
  for (const text of ddl) await sql(text);
});
beforeEach(async () => {
  await sql(
    "TRUNCATE transactions, late_events, sales_per_category, sales_per_day, sales_per_month, proof_events",
  );
  const { user, password, host, port, database } = connection();
  proof = postgresProofClient(`postgresql://${user}:${password}@${host}:${port}/${database}`);
  return () => proof.close();
});

const events = () => proofEvents(new Date(`${DAY}T23:59:59.500Z`), () => 0.5);

/** Writes a sale's rows as the job does: its own row, and the totals with its amount. */
async function sale(id: string, category: string, amount: number, type = "purchase"): Promise<void> {
  await sql(`INSERT INTO transactions VALUES ('${id}', 'u', '${type}', ${Math.abs(amount)}, 'XTS', '${DAY}', '${category}', 'm', 'l');
    INSERT INTO late_events VALUES ('${id}', '${DAY}', 'XTS', '${category}', ${amount}, 0, 0, now());
    ${add("sales_per_category", `'${category}'`, "category", amount)}
    ${add("sales_per_day", `'${DAY}'`, "sale_day", amount)}
    ${add("sales_per_month", "2026, 2", "year_num, month_num", amount)}`);
}

const add = (table: string, values: string, key: string, amount: number) =>
  `INSERT INTO ${table} VALUES (${values}, 'XTS', ${amount}) ON CONFLICT (${key}, currency)
   DO UPDATE SET total_sales = ${table}.total_sales + excluded.total_sales;`;

async function write([purchase, refund]: readonly [ProofEvent, ProofEvent]): Promise<void> {
  await sale(purchase.transactionId, purchase.category, 50.5);
  await sale(refund.transactionId, refund.category, -50.5, "refund");
}

async function remaining(): Promise<Record<string, string[]>> {
  const tables = {
    transactions: "transactionId",
    late_events: "transactionId",
    sales_per_category: "category || ' ' || total_sales",
    sales_per_day: "total_sales",
    sales_per_month: "total_sales",
  };
  const found = Object.entries(tables).map(async ([table, column]) => {
    const { rows } = await sql(`SELECT (${column})::text AS value FROM ${table} ORDER BY 1`);
    return [table, rows.map(({ value }) => value)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
const nothing = {
  transactions: [],
  late_events: [],
  sales_per_category: [],
  sales_per_day: [],
  sales_per_month: [],
};

describe("the proof's rows", () => {
  it("are all removed, with the totals that only they were in", async () => {
    const own = events();
    await write(own);
    for (const event of own) await proof.record(event);
    expect(await proof.removeRows()).toBe(7);
    expect(await remaining()).toEqual(nothing);
  });

  it("are removed beside those of other events in XTS, whose rows and totals stay, even at zero", async () => {
    await sale("theirs", "proof", 10);
    await sale("theirs too", "proof", -10, "refund");
    const before = await remaining();
    const own = events();
    await write(own);
    for (const event of own) await proof.record(event);
    await proof.removeRows();
    expect(await remaining()).toEqual(before);
    expect(before.sales_per_day).toEqual(["0.00"]);
  });

  it("stay until Kafka has acknowledged their event", async () => {
    const own = events();
    await write(own);
    const before = await remaining();
    expect(await proof.removeRows()).toBe(0);
    expect(await remaining()).toEqual(before);
  });

  it("that arrive after a proof was given up are removed by the next one", async () => {
    const earlier = events();
    for (const event of earlier) await proof.record(event);
    await proof.removeRows();
    await write(earlier);
    await proof.removeRows();
    expect(await remaining()).toEqual(nothing);
  });

  it("leave a total that is not zero", async () => {
    const [purchase] = events();
    await sale(purchase.transactionId, purchase.category, 50.5);
    await proof.record(purchase);
    await proof.removeRows();
    expect(await remaining()).toMatchObject({ transactions: [], sales_per_day: ["50.50"] });
  });
});
