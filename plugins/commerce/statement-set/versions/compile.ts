/** Statements become a compiled plan, and what that plan means for the state of the version before. */
import type { SqlGateway } from "../../clients/sql-gateway.ts";
import { compileInstead, isStatementSet, type StatementSetInputs } from "../diff.ts";
import { comparePlans, type Verdict } from "../plan/compare.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { runStatements } from "../run-statements.ts";
import type { Version } from "./history.ts";
import type { VersionStore } from "./store.ts";

/**
 * Plans everything and runs nothing: a mistake is found before a running job is touched.
 *
 * @throws Error `file:line: what is wrong`
 */
export async function compile(
  gateway: SqlGateway,
  store: VersionStore,
  spec: Pick<StatementSetInputs, "files" | "settings">,
): Promise<CompiledPlan> {
  const options = { ...spec.settings, "table.plan.force-recompile": "true" };
  await gateway.withSession(options, (session) =>
    runStatements(session, spec.files, (statement) =>
      isStatementSet(statement) ? compileInstead(statement, store.fileOf("next")) : statement.text,
    ),
  );
  const plan = await store.plan("next");
  if (!plan)
    throw new Error("The SQL Gateway compiled the statements but left no plan in the cluster's files");
  return plan;
}

/** @returns undefined if the plan of that version is not known, so that nobody can tell whose state is whose */
export async function compareWith(
  store: VersionStore,
  before: Version,
  after: CompiledPlan,
): Promise<Verdict | undefined> {
  const plan = await store.plan(before.version);
  return plan && comparePlans(plan, after);
}
