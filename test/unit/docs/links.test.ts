import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, documents, root, withoutCode } from "./support/documents.ts";

describe.each(documents)("$path", ({ path: file, text }) => {
  it("links only to files and headings that exist", () => {
    expect(brokenLinks(file, text)).toEqual([]);
  });
});

it("finds links to what does not exist", () => {
  const text = "[a](docs/NOTHING.md) [b](README.md#no-such-heading) [c](README.md) [d](https://example.com)";
  expect(brokenLinks("CHANGELOG.md", text)).toEqual(["docs/NOTHING.md", "README.md#no-such-heading"]);
});

function brokenLinks(file: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => !/^(https?|mailto):/.test(link) && !resolves(file, link));
}

function resolves(file: string, link: string): boolean {
  const [relative = "", anchor] = link.split("#");
  const target = relative === "" ? path.join(root, file) : path.join(root, path.dirname(file), relative);
  if (!fs.existsSync(target)) return false;
  return anchor === undefined || anchorsOf(fs.readFileSync(target, "utf8")).includes(anchor);
}
