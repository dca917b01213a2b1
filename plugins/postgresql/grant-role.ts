/** `postgresql:index/grantRole:GrantRole`: membership of one role in another. */
import pg from "pg";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import { change, query } from "./connection.ts";

interface GrantRoleInputs {
  /** The member. */
  role: string;
  /** The role that it becomes a member of. */
  grantRole: string;
  withAdminOption?: boolean;
}

export const grantRoleSpec: InputSpec<GrantRoleInputs> = {
  table: { role: "replace", grantRole: "replace", withAdminOption: "replace" },
  required: ["role", "grantRole"],
  defaults: { withAdminOption: false },
};

export const grantRole = bridged<GrantRoleInputs, GrantRoleInputs>(grantRoleSpec, {
  create: async (news) => {
    const option = news.withAdminOption ? " WITH ADMIN OPTION" : "";
    const [member, group] = [pg.escapeIdentifier(news.role), pg.escapeIdentifier(news.grantRole)];
    await change(undefined, async () => [`GRANT ${group} TO ${member}${option}`]);
    return { id: [news.role, news.grantRole, news.withAdminOption ?? false].join("_"), outputs: news };
  },

  read: async (id, { inputs }) => {
    if (!inputs)
      throw new Error("A membership cannot be imported. Declare it: an existing one is not changed");
    const admin = await query(undefined, (client) => membership(client, inputs));
    if (admin === undefined) return undefined;
    const observed = { ...inputs, withAdminOption: admin };
    return { id, inputs: observed, outputs: observed };
  },

  update: async (_id, olds) => ({ outputs: olds.outputs }),

  delete: (_id, { inputs }) =>
    change(undefined, async (client) => {
      if ((await membership(client, inputs)) === undefined) return [];
      return [`REVOKE ${pg.escapeIdentifier(inputs.grantRole)} FROM ${pg.escapeIdentifier(inputs.role)}`];
    }),
});

/** Whether the membership has the admin option; undefined if there is none. */
async function membership(client: pg.Client, inputs: GrantRoleInputs): Promise<boolean | undefined> {
  const { rows } = await client.query<{ admin: boolean }>(
    `SELECT bool_or(admin_option) AS admin FROM pg_auth_members
     WHERE pg_get_userbyid(member) = $1 AND pg_get_userbyid(roleid) = $2 GROUP BY member`,
    [inputs.role, inputs.grantRole],
  );
  return rows[0]?.admin;
}
