/** The floor on Postgres's side: a COPY of the raw rows into a table like the original one. */
import { SERVICES } from "../facts/pipeline.ts";
import { docker } from "../test/live/support/docker.ts";
import type { Schema } from "./schema.ts";
import type { Bench } from "./stack.ts";

const FILE = "/tmp/transactions.copy";

/** @returns rows per second into a table with its primary key, committed with the usual settings */
export async function measureCopy(bench: Bench, schema: Schema): Promise<number> {
  await schema.query(`COPY transactions TO '${FILE}'`);
  try {
    await schema.query("CREATE TABLE floor (LIKE transactions INCLUDING ALL)");
    await schema.query("CHECKPOINT");
    const since = performance.now();
    await schema.query(`COPY floor FROM '${FILE}'`);
    const seconds = (performance.now() - since) / 1000;
    const [row] = await schema.query("SELECT count(*) FROM floor");
    return Number(row?.count) / seconds;
  } finally {
    await docker("exec", bench.container(SERVICES.postgres.name), "rm", "-f", FILE);
  }
}
