import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const text = fs.readFileSync(path.join(root, "docs/OPERATIONS.md"), "utf8");
const recipes = text.split(/^## /m).slice(1);

describe("docs/OPERATIONS.md", () => {
  it.each(recipes.map((recipe) => [recipe.split("\n")[0], recipe]))(
    "%s: is run by tests that are there",
    (_title, recipe = "") => {
      const claim = recipe.match(/^Run by: ([\s\S]*?)$(?:\n\n|\n*$(?![\s\S]))/m)?.[1] ?? "";
      const files = [...claim.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
      expect(files.length).toBeGreaterThan(0);
      const tests = files.map((file) => fs.readFileSync(path.join(root, file), "utf8")).join("\n");
      for (const [, title = ""] of claim.matchAll(/"([^"]+)"/g)) expect(tests).toContain(title);
    },
  );

  it("names only commands that there are", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
    for (const [, script = ""] of text.matchAll(/npm run (\w+)/g))
      expect(Object.keys(scripts)).toContain(script);
  });
});
