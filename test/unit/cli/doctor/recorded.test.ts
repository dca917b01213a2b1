import { describe, expect, it } from "vitest";
import { plainTables } from "../../../../cli/doctor/column-types.ts";
import { recordedImages, writerPassword } from "../../../../cli/doctor/recorded.ts";
import { causeLines } from "../../../../cli/doctor/render.ts";
import { hintsFor } from "../../../../cli/hints.ts";
import { styleFor } from "../../../../cli/style.ts";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const resource = (type: string, outputs: Record<string, unknown>, id = "id") => ({
  urn: "u",
  type,
  id,
  outputs,
});
const state = {
  outputs: {},
  resources: [
    resource("docker:index/container:Container", { name: "p-dev-kafka", image: "sha256:1" }),
    resource("docker:index/container:Container", { name: "p-dev-jobmanager", image: "sha256:2" }),
    resource("docker:index/container:Container", { name: "p-dev-taskmanager", image: "sha256:2" }),
    resource("postgresql:index/role:Role", { name: "commerce_reader", password: secret("other") }),
    resource("postgresql:index/role:Role", { name: "flink_writer", password: secret("word") }),
  ],
};

describe("what the state has of the stack", () => {
  it("has each image once, and the writer's password", () => {
    expect(recordedImages(state)).toEqual(["sha256:1", "sha256:2"]);
    expect(writerPassword(state)).toBe("word");
  });
});

describe("the tables in the DDL", () => {
  it("are those that no other statement alters, without schemas of their own", () => {
    const ddl = `-- CREATE TABLE comment (x int);
      CREATE TABLE IF NOT EXISTS Plain (
        amount numeric(18, 2) NOT NULL, -- money; exact
        PRIMARY KEY (amount)
      );
      CREATE TABLE changed (x int);
      ALTER TABLE changed ALTER COLUMN x TYPE bigint;
      CREATE TABLE other_schema.journal (x int);`;
    expect(plainTables(ddl).map(({ name }) => name)).toEqual(["plain"]);
  });
});

describe("the doctor's report", () => {
  const look = {
    style: styleFor({ write: () => undefined }, {}, "linux"),
    width: 60,
    hint: hintsFor({ stack: "dev" }, {}),
  };

  it("has each cause with its command, which is never broken", () => {
    const causes = [
      {
        code: "a-b",
        what: "a long cause ".repeat(6).trim(),
        fix: "docker network connect --alias kafka commerce-pipeline-dev x",
      },
      { code: "rows-missing", what: "another", fix: "npx commerce up" },
    ];
    expect(causeLines(causes, "p dev", look).join("\n")).toMatchInlineSnapshot(`
      "✗ p dev: 2 causes, the most fundamental first
        ! a long cause a long cause a long cause a long cause a
          long cause a long cause
          fix: docker network connect --alias kafka commerce-pipeline-dev x
        ! another
          fix: npx commerce up
          more: docs/TROUBLESHOOTING.md#the-account-does-not-close"
    `);
    expect(causeLines([], "p dev", look)).toEqual(["✓ p dev: nothing is wrong"]);
  });
});
