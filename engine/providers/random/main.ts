import { serve } from "../../../plugin/server.ts";
import { randomId } from "./random-id.ts";
import { randomPassword, randomString } from "./random-text.ts";

await serve({
  name: "random",
  version: "4.21.2",
  resources: {
    "random:index/randomId:RandomId": randomId,
    "random:index/randomPassword:RandomPassword": randomPassword,
    "random:index/randomString:RandomString": randomString,
  },
});
