/** `postgresql:index/grant:Grant`: the privileges of a role on some objects. */
import type { InputSpec } from "../sdk/input-spec.ts";
import { type PrivilegeInputs, privilegeResource } from "./privilege-resource.ts";
import { checkPrivileges, type GrantTarget, type ObjectType, targetSql } from "./privileges.ts";

interface GrantInputs extends PrivilegeInputs, GrantTarget {}

export const grantSpec: InputSpec<GrantInputs> = {
  table: {
    role: "replace",
    database: "replace",
    objectType: "replace",
    schema: "replace",
    objects: "replace",
    privileges: "update",
    withGrantOption: "replace",
  },
  required: ["role", "database", "objectType", "privileges"],
  defaults: { withGrantOption: false },
  validate: (inputs) => {
    if (inputs.objectType === "database" || inputs.schema) return checkPrivileges(inputs);
    return [{ property: "schema", reason: `"schema" is required for a ${inputs.objectType}` }];
  },
};

/** Names and privileges of objects; $2 is the name of a database or schema. */
const OBJECTS: Record<ObjectType, string> = {
  database:
    "SELECT datname AS name, coalesce(datacl, acldefault('d', datdba)) AS acl FROM pg_database WHERE datname = $2",
  schema:
    "SELECT nspname AS name, coalesce(nspacl, acldefault('n', nspowner)) AS acl FROM pg_namespace WHERE nspname = $2",
  table: relations("r", "'r', 'p', 'v', 'm', 'f'"),
  sequence: relations("s", "'S'"),
};

function relations(defaults: string, kinds: string): string {
  return `SELECT relname AS name, coalesce(relacl, acldefault('${defaults}', relowner)) AS acl FROM pg_class
    JOIN pg_namespace n ON n.oid = relnamespace WHERE n.nspname = $2 AND relkind IN (${kinds})`;
}

export const grant = privilegeResource<GrantInputs>(grantSpec, {
  id: ({ role, database, schema, objectType, objects = [] }) => {
    const within = objectType === "database" || !schema ? [] : [schema];
    return [role, database, ...within, objectType, ...objects].join("_");
  },

  sql: (inputs, verb, privileges) => `${verb} ${privileges} ON ${targetSql(inputs)}`,

  live: async (client, { role, database, schema = "", objectType, objects = [] }) => {
    const { rows: found } = await client.query<{ all: boolean }>(
      `SELECT (lower($1) = 'public' OR EXISTS (SELECT FROM pg_roles WHERE rolname = $1))
         AND ($2 = '' OR EXISTS (SELECT FROM pg_namespace WHERE nspname = $2)) AS all`,
      [role, objectType === "database" ? "" : schema],
    );
    if (!found[0]?.all) return undefined;
    const { rows } = await client.query<{ name: string; privileges: string[] }>(
      `SELECT name, ARRAY(
         SELECT privilege_type FROM aclexplode(acl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
         WHERE coalesce(rolname, 'public') = CASE lower($1) WHEN 'public' THEN 'public' ELSE $1 END
       ) AS privileges FROM (${OBJECTS[objectType]}) AS objects`,
      [role, objectType === "database" ? database : schema],
    );
    const wanted = rows.filter(({ name }) => objects.length === 0 || objects.includes(name));
    return wanted.map(({ privileges }) => privileges);
  },
});
