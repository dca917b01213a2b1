/** What a run learns from the plan of the wanted statements, which it compiles at most once. */
import { describe, expect, it } from "vitest";
import type { ClusterFiles } from "../../../../../../plugins/commerce/clients/cluster-files.ts";
import type { SqlGateway } from "../../../../../../plugins/commerce/clients/sql-gateway.ts";
import { parseJobScript } from "../../../../../../plugins/commerce/statement-set/job-script.ts";
import { compile } from "../../../../../../plugins/commerce/statement-set/versions/compile.ts";
import {
  addVersion,
  NO_HISTORY,
  promote,
} from "../../../../../../plugins/commerce/statement-set/versions/history.ts";
import type { Run } from "../../../../../../plugins/commerce/statement-set/versions/run.ts";
import { VersionStore } from "../../../../../../plugins/commerce/statement-set/versions/store.ts";
import { wantedOf } from "../../../../../../plugins/commerce/statement-set/versions/wanted.ts";
import { planText } from "../plan/plans.ts";

const SQL = "CREATE TABLE a (x INT);\nEXECUTE STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 1;\nEND;";

/** A run whose current version has the hash `current`; the wanted hash is `new`, the wanted plan is `base`. */
async function runAfter(current: string, columns?: Record<string, string>) {
  const files: ClusterFiles = {
    read: async (path) => (path.endsWith("/plan.json") ? planText("base") : undefined),
    write: async () => undefined,
    list: async () => [],
    positions: async () => [],
    delete: async () => undefined,
  };
  const store = await VersionStore.open(files, "pipeline", "/state");
  const [history] = addVersion(NO_HISTORY, { hash: current, settings: {}, outcome: "starting" }, new Date(0));
  store.history = { ...promote(history, 1), columns: { "transactions.id": "1.1", "others.id": "2.1" } };
  const sessions: string[][] = [];
  const gateway: SqlGateway = {
    withSession(_options, use) {
      const statements: string[] = [];
      sessions.push(statements);
      return use({
        execute: async (statement) => {
          statements.push(statement);
          return { rows: [] };
        },
      });
    },
  };
  const script = parseJobScript([{ path: "a.sql", sql: SQL }]);
  const news = { name: "pipeline", settings: {}, columns };
  return { run: { store, gateway, script, news, hash: "new" } as unknown as Run, sessions };
}

describe("compile", () => {
  it("plans the statement set after all other statements, once", async () => {
    const { run, sessions } = await runAfter("old");
    expect(await compile(run)).toBe(await compile(run));
    expect(sessions).toEqual([
      [
        "CREATE TABLE a (x INT)",
        "COMPILE PLAN '/state/versions/pipeline/next/plan.json' FOR STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 1;\nEND",
      ],
    ]);
  });
});

describe("tables with lost rows", () => {
  const recreated = { "transactions.id": "1.9", "others.id": "2.9" };

  it("are recreated tables that the wanted plan writes", async () => {
    const { run, sessions } = await runAfter("old", recreated);
    expect((await wantedOf(run)).lostRows).toEqual(["transactions"]);
    expect(sessions).toHaveLength(1);
  });

  it("are read from the current plan if the statements are the same", async () => {
    const { run, sessions } = await runAfter("new", recreated);
    expect((await wantedOf(run)).lostRows).toEqual(["transactions"]);
    expect(sessions).toEqual([]);
  });

  it("are read from the current plan if the wanted statements do not compile", async () => {
    const { run } = await runAfter("old", recreated);
    run.gateway = { withSession: () => Promise.reject(new Error("a.sql:4: mistake")) };
    expect((await wantedOf(run)).lostRows).toEqual(["transactions"]);
    await expect(compile(run)).rejects.toThrow("a.sql:4: mistake");
  });

  it("need no plan if no table was recreated", async () => {
    const { run, sessions } = await runAfter("old", { "transactions.id": "1.1" });
    expect((await wantedOf(run)).lostRows).toEqual([]);
    expect(sessions).toEqual([]);
  });
});
