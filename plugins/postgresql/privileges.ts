/** Privileges and the objects that they can be granted on. Pure. */
import pg from "pg";
import type { CheckFailure } from "../sdk/provider.ts";

export type ObjectType = "database" | "schema" | "table" | "sequence";

const PRIVILEGES: Record<ObjectType, readonly string[]> = {
  database: ["CREATE", "CONNECT", "TEMPORARY"],
  schema: ["CREATE", "USAGE"],
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  sequence: ["USAGE", "SELECT", "UPDATE"],
};

/** Whether two lists of privileges on an object of that type are equal; `ALL` stands for all of them. */
export function samePrivileges(type: ObjectType, a: readonly string[], b: readonly string[]): boolean {
  const expand = (list: readonly string[]) =>
    [...new Set(list.includes("ALL") ? PRIVILEGES[type] : list)].sort().join();
  return expand(a) === expand(b);
}

export function checkPrivileges(inputs: { objectType: ObjectType; privileges: string[] }): CheckFailure[] {
  const known = PRIVILEGES[inputs.objectType];
  if (!known) {
    const reason = `"${inputs.objectType}" is not one of ${Object.keys(PRIVILEGES).join(", ")}`;
    return [{ property: "objectType", reason }];
  }
  return inputs.privileges
    .filter((privilege) => privilege !== "ALL" && !known.includes(privilege))
    .map((privilege) => ({
      property: "privileges",
      reason: `"${privilege}" cannot be granted on a ${inputs.objectType}; these can: ${known.join(", ")}`,
    }));
}

export interface GrantTarget {
  database: string;
  objectType: ObjectType;
  schema?: string;
  /** Names in the schema. Default: all objects of the type. */
  objects?: string[];
}

/** The object of a GRANT, as SQL. */
export function targetSql({ database, objectType, schema = "public", objects = [] }: GrantTarget): string {
  const inSchema = pg.escapeIdentifier(schema);
  if (objectType === "database") return `DATABASE ${pg.escapeIdentifier(database)}`;
  if (objectType === "schema") return `SCHEMA ${inSchema}`;
  const kind = objectType.toUpperCase();
  if (objects.length === 0) return `ALL ${kind}S IN SCHEMA ${inSchema}`;
  return `${kind} ${objects.map((name) => `${inSchema}.${pg.escapeIdentifier(name)}`).join(", ")}`;
}
