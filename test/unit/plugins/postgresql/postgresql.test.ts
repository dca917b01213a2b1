import { describe, expect, it } from "vitest";
import { configurePostgres, query, roleSql } from "../../../../plugins/postgresql/connection.ts";
import { defaultPrivileges } from "../../../../plugins/postgresql/default-privileges.ts";
import { grant } from "../../../../plugins/postgresql/grant.ts";
import { checkPrivileges, samePrivileges, targetSql } from "../../../../plugins/postgresql/privileges.ts";
import { scramVerifier, verifies } from "../../../../plugins/postgresql/scram.ts";

describe("SCRAM verifiers", () => {
  it("match the example in RFC 7677", () => {
    const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
    // Stored and server key of user, pencil, 4096 rounds, as the example's proof and signature imply them.
    expect(scramVerifier("pencil", salt)).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });

  it("verify the password that they were made from, and no other", () => {
    const verifier = scramVerifier("pässword");
    expect(verifier).not.toContain("pässword");
    expect(scramVerifier("pässword")).not.toBe(verifier);
    expect([verifies(verifier, "pässword"), verifies(verifier, "password")]).toEqual([true, false]);
    expect([verifies(null, "p"), verifies("md5abc", "p"), verifies("", "p")]).toEqual([false, false, false]);
  });
});

describe("privileges", () => {
  it("are compared as sets, in which ALL stands for all privileges", () => {
    expect(samePrivileges("table", ["SELECT", "INSERT"], ["INSERT", "SELECT"])).toBe(true);
    expect(samePrivileges("schema", ["CREATE", "USAGE"], ["ALL"])).toBe(true);
    expect(samePrivileges("table", ["SELECT"], ["ALL"])).toBe(false);
    expect(samePrivileges("table", [], ["SELECT"])).toBe(false);
  });

  it("are checked against the type of object", () => {
    expect(checkPrivileges({ objectType: "schema", privileges: ["USAGE", "SELECT"] })).toEqual([
      { property: "privileges", reason: '"SELECT" cannot be granted on a schema; these can: CREATE, USAGE' },
    ]);
    expect(checkPrivileges({ objectType: "table", privileges: ["ALL", "SELECT"] })).toEqual([]);
    expect(checkPrivileges({ objectType: "function" as never, privileges: [] })).toMatchObject([
      { property: "objectType" },
    ]);
  });

  it("are on a quoted object", () => {
    const target = { database: 'd"b', schema: "my schema" };
    expect(targetSql({ ...target, objectType: "database" })).toBe('DATABASE "d""b"');
    expect(targetSql({ ...target, objectType: "schema" })).toBe('SCHEMA "my schema"');
    expect(targetSql({ ...target, objectType: "table" })).toBe('ALL TABLES IN SCHEMA "my schema"');
    expect(targetSql({ ...target, objectType: "sequence", objects: ["a", "B"] })).toBe(
      'SEQUENCE "my schema"."a", "my schema"."B"',
    );
  });

  it("go to a quoted role, or to every role", () => {
    expect([roleSql('we"ird'), roleSql("public")]).toEqual(['"we""ird"', "PUBLIC"]);
  });

  it.each([
    [grant, { role: "r", database: "d", objectType: "table", privileges: ["SELECT"] }, "schema"],
    [
      defaultPrivileges,
      { role: "r", owner: "o", database: "d", objectType: "database", privileges: [] },
      "objectType",
    ],
  ])("have required inputs that depend on their kind", async (handler, inputs, property) => {
    const result = await handler.check?.(inputs as never, undefined);
    expect(result?.failures?.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("the provider's settings", () => {
  it("are refused by name if they are not supported", () => {
    expect(() => configurePostgres({ host: "h", gcpIamImpersonateServiceAccount: "x" })).toThrow(
      'Provider setting "gcpIamImpersonateServiceAccount" is not supported',
    );
    expect(() =>
      configurePostgres({ host: "h", port: "5432", superuser: "true", version: "3.18.1" }),
    ).not.toThrow();
  });

  it("are those of the last Configure", async () => {
    for (const port of ["1", "2"]) {
      configurePostgres({ host: "127.0.0.1", port, sslmode: "disable" });
      await expect(query(undefined, async () => {})).rejects.toThrow(`Postgres at 127.0.0.1:${port}: `);
    }
  });
});
