/** What a run is asked to achieve. */
import { recreatedTables } from "../../schema/diff.ts";
import { sinkTables } from "../plan/postgres-sinks.ts";
import { compile } from "./compile.ts";
import type { Wanted } from "./decide.ts";
import { currentVersion } from "./history.ts";
import type { Run } from "./run.ts";
import { topicIdOf } from "./source.ts";

export async function wantedOf(run: Run): Promise<Wanted> {
  // A pause does not read the topic, and must not wait for Kafka.
  const topicId = run.news.desiredState === "running" ? await topicIdOf(run) : undefined;
  return { ...run.news, hash: run.hash, topicId, lostRows: await tablesWithLostRows(run) };
}

/** The tables that the wanted version writes, and that lost rows when they were dropped and recreated. */
async function tablesWithLostRows(run: Run): Promise<string[]> {
  const { news, store, hash } = run;
  const recreated = recreatedTables(store.history.columns ?? {}, news.columns ?? {});
  if (recreated.length === 0) return [];
  const current = currentVersion(store.history);
  const known = current?.hash === hash ? await store.plan(current.version) : undefined;
  // Statements that do not compile are reported when they are about to run: what the current version writes counts.
  const plan = known ?? (await compile(run).catch(() => current && store.plan(current.version)));
  if (!plan) return recreated;
  const written = sinkTables(plan);
  return recreated.filter((table) => written.includes(table));
}
