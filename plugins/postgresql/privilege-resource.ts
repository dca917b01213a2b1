/** The lifecycle that `Grant` and `DefaultPrivileges` share. */
import type pg from "pg";
import { bridged } from "../sdk/bridged.ts";
import type { InputSpec } from "../sdk/input-spec.ts";
import type { ResourceHandler } from "../sdk/provider.ts";
import { change, query, roleSql } from "./connection.ts";
import { type ObjectType, samePrivileges } from "./privileges.ts";

export interface PrivilegeInputs {
  role: string;
  database: string;
  objectType: ObjectType;
  /** All privileges that the role has; any other one is revoked. */
  privileges: string[];
  withGrantOption?: boolean;
}

interface PrivilegeKind<I extends PrivilegeInputs> {
  id(inputs: I): string;
  /** The role's privileges, one list per object; undefined if the role or the schema does not exist. */
  live(client: pg.Client, inputs: I): Promise<string[][] | undefined>;
  /** The statement up to and including the object: `GRANT … ON …` or `REVOKE … ON …`. */
  sql(inputs: I, verb: "GRANT" | "REVOKE", privileges: string): string;
}

export function privilegeResource<I extends PrivilegeInputs>(
  spec: InputSpec<I>,
  kind: PrivilegeKind<I>,
): ResourceHandler<I, I> {
  // Revokes and grants in one transaction, so that the role never lacks a privilege that it keeps.
  const set = (inputs: I, privileges: readonly string[]) =>
    change(inputs.database, async (client) => {
      if (privileges.length === 0 && !(await kind.live(client, inputs))) return [];
      const role = roleSql(inputs.role);
      const option = inputs.withGrantOption ? " WITH GRANT OPTION" : "";
      const grant = `${kind.sql(inputs, "GRANT", privileges.join(", "))} TO ${role}${option}`;
      const revoke = `${kind.sql(inputs, "REVOKE", "ALL PRIVILEGES")} FROM ${role}`;
      return privileges.length > 0 ? [revoke, grant] : [revoke];
    });

  return bridged<I, I>(spec, {
    create: async (news) => {
      await set(news, news.privileges);
      return { id: kind.id(news), outputs: news };
    },
    read: async (id, { inputs }) => {
      if (!inputs)
        throw new Error("Privileges cannot be imported. Declare them: existing ones are not changed");
      const live = await query(inputs.database, (client) => kind.live(client, inputs));
      if (!live) return undefined;
      const { objectType, privileges } = inputs;
      const other = live.find((found) => !samePrivileges(objectType, found, privileges));
      const observed = { ...inputs, privileges: other ?? privileges };
      return { id, inputs: observed, outputs: observed };
    },
    update: async (_id, _olds, news) => {
      await set(news, news.privileges);
      return { outputs: news };
    },
    delete: (_id, { inputs }) => set(inputs, []),
  });
}
