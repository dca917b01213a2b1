/** `postgresql:index/role:Role`. */
import pg from "pg";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import { change, query } from "./connection.ts";
import { scramVerifier, verifies } from "./scram.ts";

export interface RoleInputs {
  name: string;
  password?: string;
  login?: boolean;
  superuser?: boolean;
  createDatabase?: boolean;
  createRole?: boolean;
  inherit?: boolean;
  replication?: boolean;
  bypassRowLevelSecurity?: boolean;
  /** -1 for no limit. */
  connectionLimit?: number;
  /** Roles that it is a member of. */
  roles?: string[];
}

export const roleSpec: InputSpec<RoleInputs> = {
  table: {
    name: "replace",
    password: "update",
    login: "update",
    superuser: "update",
    createDatabase: "update",
    createRole: "update",
    inherit: "update",
    replication: "update",
    bypassRowLevelSecurity: "update",
    connectionLimit: "update",
    roles: "update",
  },
  required: ["name"],
  defaults: {
    login: false,
    superuser: false,
    createDatabase: false,
    createRole: false,
    inherit: true,
    replication: false,
    bypassRowLevelSecurity: false,
    connectionLimit: -1,
  },
  fixed: { encryptedPassword: true, skipDropRole: false, skipReassignOwned: false, validUntil: "infinity" },
};

/** The SQL keyword of each attribute (with the prefix NO for off) and its column in `pg_roles`. */
const ATTRIBUTES = {
  login: ["LOGIN", "rolcanlogin"],
  superuser: ["SUPERUSER", "rolsuper"],
  createDatabase: ["CREATEDB", "rolcreatedb"],
  createRole: ["CREATEROLE", "rolcreaterole"],
  inherit: ["INHERIT", "rolinherit"],
  replication: ["REPLICATION", "rolreplication"],
  bypassRowLevelSecurity: ["BYPASSRLS", "rolbypassrls"],
} as const;
const attributes = Object.entries(ATTRIBUTES) as [keyof typeof ATTRIBUTES, readonly [string, string]][];

interface RoleRow {
  [column: string]: unknown;
  rolconnlimit: number;
  memberships: string[];
}

export const role = bridged<RoleInputs, RoleInputs>(roleSpec, {
  create: async (news) => {
    await ensureRole(news);
    return { id: news.name, outputs: news };
  },

  read: (id, { inputs }) =>
    query(undefined, async (client) => {
      const live = await findRole(client, id);
      if (!live) return undefined;
      const observed: RoleInputs = { ...inputs, name: id, connectionLimit: live.rolconnlimit };
      for (const [key, [, column]] of attributes) observed[key] = live[column] === true;
      if (inputs?.roles || live.memberships.length > 0) observed.roles = live.memberships;
      if (inputs?.password && !(await hasPassword(client, id, inputs.password))) delete observed.password;
      return { id, inputs: observed, outputs: observed };
    }),

  update: async (_id, _olds, news) => {
    await ensureRole(news);
    return { outputs: news };
  },

  delete: (id) =>
    change(undefined, async (client) => {
      if (!(await findRole(client, id))) return [];
      const name = pg.escapeIdentifier(id);
      // Its objects stay; its privileges are dropped.
      return [`REASSIGN OWNED BY ${name} TO CURRENT_USER`, `DROP OWNED BY ${name}`, `DROP ROLE ${name}`];
    }),
});

/** Creates the role, or changes an existing one to what is declared. */
function ensureRole(news: RoleInputs): Promise<void> {
  return change(undefined, async (client) => {
    const live = await findRole(client, news.name);
    if (live?.rolsuper && !news.superuser) {
      throw new Error(`role "${news.name}" already exists and is a superuser: choose another name`);
    }
    const name = pg.escapeIdentifier(news.name);
    const options = attributes.map(([key, [keyword]]) => (news[key] ? keyword : `NO${keyword}`));
    const password = news.password === undefined ? "NULL" : pg.escapeLiteral(scramVerifier(news.password));
    const wanted = news.roles ?? [];
    const memberships = live?.memberships ?? [];
    return [
      `${live ? "ALTER" : "CREATE"} ROLE ${name} WITH ${options.join(" ")} ` +
        `CONNECTION LIMIT ${Number(news.connectionLimit ?? -1)} PASSWORD ${password}`,
      ...wanted
        .filter((group) => !memberships.includes(group))
        .map((group) => `GRANT ${pg.escapeIdentifier(group)} TO ${name}`),
      ...memberships
        .filter((group) => !wanted.includes(group))
        .map((group) => `REVOKE ${pg.escapeIdentifier(group)} FROM ${name}`),
    ];
  });
}

async function findRole(client: pg.Client, name: string): Promise<RoleRow | undefined> {
  const columns = attributes.map(([, [, column]]) => column).join(", ");
  const { rows } = await client.query<RoleRow>(
    `SELECT ${columns}, rolconnlimit, ARRAY(
       SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = pg_roles.oid ORDER BY 1
     ) AS memberships FROM pg_roles WHERE rolname = $1`,
    [name],
  );
  return rows[0];
}

/** Only a superuser can read verifiers. For any other user the password counts as unchanged. */
async function hasPassword(client: pg.Client, name: string, password: string): Promise<boolean> {
  try {
    const { rows } = await client.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [name]);
    return verifies(rows[0]?.rolpassword ?? null, password);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === "42501") return true;
    throw error;
  }
}
