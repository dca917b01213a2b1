import { describe, expect, it } from "vitest";
import { documents } from "./support/documents.ts";

/** Words of our own for which the field has better ones, and turns that make a sentence hard to read. */
const avoided = [
  "anew",
  "stackResources",
  "fate",
  "foretell",
  "foretells",
  "foretold",
  "leftovers",
  "mend",
  "mended",
  "mends",
  "of before",
  "revive",
  "revives",
  "spoiled",
  "stands in",
  "lies in",
  "sits in",
  "strangers",
  "that which",
  "all the same",
  "whoever",
  "winner",
  "wins",
  "won",
  "proved",
  "what is to be",
  "is no (?!longer|match)\\w+",
];
const pattern = new RegExp(`\\b(?:${avoided.join("|")})\\b`, "gi");

describe.each(documents)("$path", ({ text }) => {
  it("is written in plain English", () => {
    expect(avoidedIn(text)).toEqual([]);
  });
});

it("finds words to avoid, but not in the titles of tests", () => {
  const text = 'Tables are made\nanew.\nA transfer is no sale.\nRun by: "mends what was done", and whoever.';
  expect(avoidedIn(text)).toEqual(["anew", "is no sale", "whoever"]);
});

/** Titles of tests in quotes are quoted as they are. */
function avoidedIn(text: string): string[] {
  return (text.replace(/"[^"\n]*"/g, "").match(pattern) ?? []).map(String);
}
