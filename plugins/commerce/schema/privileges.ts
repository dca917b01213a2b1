/** Finds privileges that roles get on every new table and have lost on an existing one. */
import { quoteIdentifier, type Transaction } from "../clients/postgres.ts";
import type { SchemaStep } from "./plan.ts";

/** Privileges in the owner's default privileges that somebody has revoked on a table. */
const MISSING = `
  SELECT c.relname AS "table", coalesce(r.rolname, '') AS role,
         string_agg(given.privilege_type, ', ' ORDER BY given.privilege_type) AS privileges
  FROM pg_default_acl d
  CROSS JOIN LATERAL aclexplode(d.defaclacl) AS given
  LEFT JOIN pg_roles r ON r.oid = given.grantee
  JOIN pg_class c ON c.relnamespace = d.defaclnamespace AND c.relowner = d.defaclrole AND c.relkind IN ('r', 'p')
  WHERE d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype = 'r' AND c.relname = ANY($1)
    AND NOT EXISTS (
      SELECT FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS held
      WHERE held.grantee = given.grantee AND held.privilege_type = given.privilege_type)
  GROUP BY 1, 2 ORDER BY 1, 2`;

export async function missingPrivileges({ run }: Transaction, tables: string[]): Promise<SchemaStep[]> {
  return (await run(MISSING, [tables])).map((row) => {
    const [table, privileges] = [String(row.table), String(row.privileges)];
    const role = row.role === "" ? "PUBLIC" : quoteIdentifier(String(row.role));
    return {
      table,
      what: `${role.replaceAll('"', "")} gets ${privileges} on ${table} back`,
      isDestructive: false,
      sql: [`GRANT ${privileges} ON ${quoteIdentifier(table)} TO ${role}`],
    };
  });
}
