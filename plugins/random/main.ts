import { serve } from "../sdk/server.ts";
import { randomPassword } from "./random-password.ts";

await serve({
  name: "random",
  version: "4.21.2",
  resources: { "random:index/randomPassword:RandomPassword": randomPassword },
});
