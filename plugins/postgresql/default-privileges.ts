/** `postgresql:index/defaultPrivileges:DefaultPrivileges`: what a role may do with future objects. */
import pg from "pg";
import type { InputSpec } from "../sdk/input-spec.ts";
import { type PrivilegeInputs, privilegeResource } from "./privilege-resource.ts";
import { checkPrivileges, type ObjectType } from "./privileges.ts";

interface DefaultPrivilegesInputs extends PrivilegeInputs {
  /** The role whose future objects are meant. */
  owner: string;
  /** Default: every schema. */
  schema?: string;
}

export const defaultPrivilegesSpec: InputSpec<DefaultPrivilegesInputs> = {
  table: {
    role: "replace",
    database: "replace",
    owner: "replace",
    schema: "replace",
    objectType: "replace",
    privileges: "update",
    withGrantOption: "replace",
  },
  required: ["role", "database", "owner", "objectType", "privileges"],
  defaults: { withGrantOption: false },
  validate: (inputs) => {
    if (inputs.objectType !== "database") return checkPrivileges(inputs);
    return [{ property: "objectType", reason: "there are no default privileges on databases" }];
  },
};

/** As `pg_default_acl` calls them. */
const TYPES: Record<ObjectType, string> = { database: "", schema: "n", table: "r", sequence: "S" };

export const defaultPrivileges = privilegeResource<DefaultPrivilegesInputs>(defaultPrivilegesSpec, {
  id: ({ role, database, schema, owner, objectType }) =>
    [role, database, schema ?? "noschema", owner, objectType].join("_"),

  sql: ({ owner, schema, objectType }, verb, privileges) => {
    const inSchema = schema ? ` IN SCHEMA ${pg.escapeIdentifier(schema)}` : "";
    const alter = `ALTER DEFAULT PRIVILEGES FOR ROLE ${pg.escapeIdentifier(owner)}${inSchema}`;
    return `${alter} ${verb} ${privileges} ON ${objectType.toUpperCase()}S`;
  },

  live: async (client, { role, owner, schema = "", objectType }) => {
    const { rows: roles } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
    if (roles.length === 0 && role.toLowerCase() !== "public") return undefined;
    const { rows } = await client.query<{ privilege: string }>(
      `SELECT a.privilege_type AS privilege FROM pg_default_acl d, aclexplode(d.defaclacl) a
       WHERE pg_get_userbyid(d.defaclrole) = $2 AND d.defaclobjtype = $4
         AND d.defaclnamespace = coalesce((SELECT oid FROM pg_namespace WHERE nspname = $3), 0)
         AND CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END = $1`,
      [role.toLowerCase() === "public" ? "public" : role, owner, schema, TYPES[objectType]],
    );
    return [rows.map(({ privilege }) => privilege)];
  },
});
