/** Compiles the wanted statements into a plan, and compares plans. */
import { compileStatement } from "../job-script.ts";
import { comparePlans, type Verdict } from "../plan/compare.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { runStatements } from "../run-statements.ts";
import type { Version } from "./history.ts";
import type { Run } from "./run.ts";
import type { VersionStore } from "./store.ts";

/**
 * Plans everything and runs nothing, so that a mistake is found before a running job is touched. A run compiles once;
 * later calls return the same plan.
 *
 * @throws Error `file:line: what is wrong`
 */
export function compile(run: Run): Promise<CompiledPlan> {
  run.compiled ??= compileScript(run);
  return run.compiled;
}

async function compileScript({ gateway, store, script, news }: Run): Promise<CompiledPlan> {
  const { statements, statementSet } = script;
  const options = { ...news.settings, "table.plan.force-recompile": "true" };
  await gateway.withSession(options, (session) =>
    runStatements(session, statements, (statement) =>
      statement === statementSet ? compileStatement(statement, store.fileOf("next")) : statement.text,
    ),
  );
  const plan = await store.plan("next");
  if (!plan)
    throw new Error("The SQL Gateway compiled the statements but left no plan in the cluster's files");
  return plan;
}

/** @returns undefined if that version's plan is not known: its state cannot be matched with the new operators */
export async function compareWith(
  store: VersionStore,
  before: Version,
  after: CompiledPlan,
): Promise<Verdict | undefined> {
  const plan = await store.plan(before.version);
  return plan && comparePlans(plan, after);
}
