import { serve } from "../sdk/server.ts";
import { randomPassword } from "./random-password.ts";
import { randomUuid } from "./random-uuid.ts";

await serve({
  name: "random",
  version: "4.21.2",
  resources: {
    "random:index/randomPassword:RandomPassword": randomPassword,
    "random:index/randomUuid:RandomUuid": randomUuid,
  },
});
