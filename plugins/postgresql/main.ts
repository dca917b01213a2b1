import { serve } from "../sdk/server.ts";
import { configurePostgres } from "./connection.ts";
import { defaultPrivileges } from "./default-privileges.ts";
import { grant } from "./grant.ts";
import { grantRole } from "./grant-role.ts";
import { role } from "./role.ts";

await serve({
  name: "postgresql",
  version: "3.18.1",
  configure: configurePostgres,
  resources: {
    "postgresql:index/defaultPrivileges:DefaultPrivileges": defaultPrivileges,
    "postgresql:index/grant:Grant": grant,
    "postgresql:index/grantRole:GrantRole": grantRole,
    "postgresql:index/role:Role": role,
  },
});
