import { describe, expect, it } from "vitest";
import { hintsFor } from "../../../cli/hints.ts";

const npm = { npm_lifecycle_event: "status" };

describe("a hint", () => {
  it.each([
    ["through npm", { stack: "nc" }, npm, "npm run resume -- --stack nc"],
    ["through npx", { stack: "nc" }, { npm_lifecycle_event: "npx" }, "npx commerce resume --stack nc"],
    ["by itself", { stack: "nc" }, {}, "npx commerce resume --stack nc"],
    ["for the default stack", { stack: "dev" }, npm, "npm run resume"],
    [
      "for dev, where PULUMI_STACK names another",
      { stack: "dev" },
      { PULUMI_STACK: "x" },
      "npx commerce resume --stack dev",
    ],
    [
      "for the stack of PULUMI_STACK, which a new shell may not have",
      { stack: "x" },
      { PULUMI_STACK: "x" },
      "npx commerce resume --stack x",
    ],
    [
      "for another backend and folder",
      { stack: "dev", backend: "file:///s", cwd: "/my project" },
      npm,
      "npm run resume -- --backend file:///s --cwd '/my project'",
    ],
  ])("acts on the stack at hand: %s", (_, target, env, command) => {
    expect(hintsFor(target, env)("resume")).toBe(command);
  });

  it("has the words of the command before the stack, and the names of npm's scripts", () => {
    const hint = hintsFor({ stack: "nc" }, npm);
    expect(hint("up")).toBe("npm start -- --stack nc");
    expect(hint("destroy", "--purge")).toBe("npm run destroy -- --purge --stack nc");
    expect(hint("pulumi", "stack")).toBe("npx commerce pulumi stack --stack nc");
    expect(hintsFor({ stack: "dev" }, npm)("up")).toBe("npm start");
  });
});
