import { describe, expect, it } from "vitest";
import { clusterFiles } from "../../../../../plugins/commerce/clients/cluster-files.ts";
import { type SqlGateway, StatementRefused } from "../../../../../plugins/commerce/clients/sql-gateway.ts";

const CATALOG = "CREATE CATALOG cluster WITH ('type' = 'commerce-files', 'root' = '/opt/flink/state')";

/** A gateway that answers each CALL with the same rows, and records the statements of each session. */
function fakeGateway(rows: unknown[][], refusal?: StatementRefused) {
  const sessions: string[][] = [];
  const gateway: SqlGateway = {
    withSession(_options, use) {
      const statements: string[] = [];
      sessions.push(statements);
      return use({
        async execute(statement) {
          statements.push(statement);
          if (refusal && statement.startsWith("CALL")) throw refusal;
          return statement.startsWith("CALL") ? { rows } : { rows: [["OK"]] };
        },
      });
    },
  };
  return { gateway, sessions };
}

describe("clusterFiles", () => {
  it("reads a file, and distinguishes an empty file from a missing one", async () => {
    const { gateway, sessions } = fakeGateway([["text"]]);
    expect(await clusterFiles(gateway).read("versions/it's/1")).toBe("text");
    expect(sessions).toEqual([[CATALOG, "CALL cluster.files.`read`('versions/it''s/1')"]]);
    expect(await clusterFiles(fakeGateway([[""]]).gateway).read("a")).toBe("");
    expect(await clusterFiles(fakeGateway([]).gateway).read("a")).toBeUndefined();
  });

  it("writes text as one literal, with only quotes escaped", async () => {
    const { gateway, sessions } = fakeGateway([]);
    await clusterFiles(gateway).write("a.json", "''it's\n \\n \"ü\" 😀 -- /* ; $x");
    expect(sessions).toEqual([
      [CATALOG, "CALL cluster.files.`write`('a.json', '''''it''s\n \\n \"ü\" 😀 -- /* ; $x')"],
    ]);
  });

  it("lists and deletes", async () => {
    const { gateway, sessions } = fakeGateway([["checkpoints/j/chk-1/_metadata", 1_795_000_000_000]]);
    expect(await clusterFiles(gateway).list("checkpoints/j")).toEqual([
      { path: "checkpoints/j/chk-1/_metadata", modified: 1_795_000_000_000 },
    ]);
    await clusterFiles(gateway).delete("checkpoints/j");
    expect(sessions).toEqual([
      [CATALOG, "CALL cluster.files.`list`('checkpoints/j')"],
      [CATALOG, "CALL cluster.files.`delete`('checkpoints/j')"],
    ]);
  });

  it("reports the operation and the reason for a refusal, without Java's stack trace", async () => {
    const trace =
      "org.apache.flink.table.api.TableException: The call method caused an error: refused\n\tat a.B.c(B.java:1)\n" +
      "Caused by: java.lang.IllegalArgumentException: The path '../x' is refused: it leads out\n\tat a.B.c(B.java:2)";
    const { gateway } = fakeGateway([], new StatementRefused(["Internal server error.", trace]));
    await expect(clusterFiles(gateway).read("../x")).rejects.toThrow(
      /^Cannot read "\.\.\/x" in \/opt\/flink\/state of the Flink cluster: The path '\.\.\/x' is refused: it leads out$/,
    );
  });
});
