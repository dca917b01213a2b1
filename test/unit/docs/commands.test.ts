import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { documents, root } from "./support/documents.ts";

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  fs.readFileSync(path.join(root, "package.json"), "utf8"),
);
/** npm's own commands that the documents name. */
const npmCommands = ["ci", "install", "version"];
const commerceCommands = [...commandsInHelp(), "help"];
/** It tells of commands that are gone. */
const current = documents.filter(({ path: file }) => file !== "CHANGELOG.md");

describe.each(current)("$path", ({ text }) => {
  it("names only commands that exist", () => {
    expect(unknownCommands(text)).toEqual([]);
  });
});

it("finds commands that do not exist", () => {
  const text = "`npm run nothing`, `npm frobnicate`, `npx commerce fly`, `commerce up`, `npm run test:full`";
  expect(unknownCommands(text)).toEqual(["npm run nothing", "npm frobnicate", "commerce fly"]);
});

function unknownCommands(text: string): string[] {
  return [
    ...named(text, /npm run (?:--?\w+ )*([\w:]+)/g, Object.keys(scripts)),
    ...named(text, /(?:^|`)npm (?!run\b)(\w+)/gm, [...npmCommands, ...Object.keys(scripts)]),
    ...named(text, /(?:npx |`)(commerce (?!-)\w+)/g, commerceCommands),
  ];
}

function named(text: string, pattern: RegExp, known: readonly string[]): string[] {
  return [...text.matchAll(pattern)]
    .filter(([, command = ""]) => !known.includes(command.replace("commerce ", "")))
    .map(([found]) => found.replace(/^`|^npx /g, ""));
}

function commandsInHelp(): string[] {
  const commerce = path.join(root, "cli/commerce.mjs");
  const help = execFileSync(process.execPath, [commerce, "--help"], { encoding: "utf8" });
  const [, list = ""] = /^Commands:?\n(.*?)\n\n/ms.exec(stripVTControlCharacters(help)) ?? [];
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, command = ""]) => command);
}
