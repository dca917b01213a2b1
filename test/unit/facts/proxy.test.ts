import { expect, test } from "vitest";
import { proxyVariables } from "../../../facts/proxy.ts";

test("a proxy has both spellings, whichever is set", () => {
  const proxy = "http://ann:secret@proxy.example.com:3128";
  expect(proxyVariables({ https_proxy: proxy, NO_PROXY: ".example.com", PATH: "/bin" })).toEqual({
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: ".example.com",
    no_proxy: ".example.com",
  });
});

test.each(["http://127.0.0.1:3128", "localhost:3128", "http://[::1]:3128"])(
  "a proxy on loopback is left out, as a build cannot reach it: %s",
  (proxy) => expect(proxyVariables({ HTTP_PROXY: proxy, NO_PROXY: "a" })).toEqual({}),
);

test("without a proxy there is nothing to pass on", () => {
  expect(proxyVariables({ NO_PROXY: "a", HTTP_PROXY: "" })).toEqual({});
});
