import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../cli/errors.ts";
import { hintsFor } from "../../../cli/hints.ts";
import { foreignStack } from "../../../cli/ownership.ts";
import { evaluate } from "../../../cli/preflight/evaluate.ts";
import { errorsIn } from "../../../cli/pulumi/summary.ts";
import { CAUSES, ENTRIES, moreAbout, moreAboutCause, PROOF_ENTRY } from "../../../cli/troubleshooting.ts";
import { refuseLoss } from "../../../plugins/commerce/statement-set/versions/resume.ts";
import { anchorsOf, root } from "../docs/support/documents.ts";

const page = fs.readFileSync(path.join(root, "docs/TROUBLESHOOTING.md"), "utf8");
const [, ownPart = "", otherPart = ""] = page.split(/^## /m);
const entriesOf = (part: string) =>
  part
    .split(/^### /m)
    .slice(1)
    .map((entry) => ({ anchor: anchorsOf(`### ${entry}`)[0] ?? "", text: entry }));
const own = entriesOf(ownPart);
const entries = [...own, ...entriesOf(otherPart)];
const anchors = entries.map(({ anchor }) => anchor);
const linked = [...Object.keys(ENTRIES), ...Object.values(CAUSES), PROOF_ENTRY];

describe("docs/TROUBLESHOOTING.md", () => {
  it("has an entry for each address that is printed", () => {
    expect(entries.length).toBeGreaterThan(40);
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  it("has no entry for a message of this project to which nothing links", () => {
    expect(own.map(({ anchor }) => anchor).filter((anchor) => !linked.includes(anchor))).toEqual([]);
  });

  it.each(entries)("$anchor begins with its messages, as a search finds them", ({ anchor, text }) => {
    const [, messages = ""] = /^.*\n\n```\n([\s\S]*?)^```\n\n\S/m.exec(text) ?? [];
    expect(messages).not.toBe("");
    if (ENTRIES[anchor] !== undefined) expect(messages).toMatch(ENTRIES[anchor]);
  });
});

const hint = hintsFor({ stack: "dev" }, {});

function messageOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  throw new Error("nothing was thrown");
}

describe("the entries about a message", () => {
  it("are those of each problem in it", () => {
    const GiB = 1024 ** 3;
    const problems = evaluate(
      {
        ports: [{ key: "kafkaPort", port: 9092, heldBy: { kind: "unknown" } }],
        memory: { available: GiB, where: "for Docker" },
        disk: { available: GiB, folder: "/" },
        running: [],
        imagesMissing: true,
        platform: "linux",
      },
      { name: "p", configFile: "Pulumi.dev.yaml", config: {} },
      hint,
    );
    expect(moreAbout(problems.map(({ what }) => what).join("\n"))).toEqual([
      "docs/TROUBLESHOOTING.md#port-in-use",
      "docs/TROUBLESHOOTING.md#not-enough-memory",
      "docs/TROUBLESHOOTING.md#not-enough-disk",
    ]);
  });

  it.each([
    [
      "another-checkout-has-the-stack",
      foreignStack({ containers: [], networks: [], volumes: [] }, "dev", hint).message,
    ],
    [
      "the-state-does-not-fit",
      messageOf(() =>
        refuseLoss({
          kind: "none",
          tables: [],
          dropsState: false,
          plan: { flinkVersion: "2.2", nodes: [], edges: [] },
        }),
      ),
    ],
    [
      "the-sinks-do-not-fit-the-tables",
      "The sinks do not fit the tables of database d, so no job was submitted:\n  - sql/flink/20-sinks.sql:3: there is no table x",
    ],
  ])("are one: %s", (anchor, message) => {
    expect(moreAbout(message)).toEqual([`docs/TROUBLESHOOTING.md#${anchor}`]);
  });

  it("are none for a message that says it all", () => {
    expect(moreAbout(new UserError("there is no stack dve; did you mean dev?").message)).toEqual([]);
    expect(moreAboutCause("job-paused")).toBeUndefined();
  });

  it("include those of the errors that Pulumi has shown, but not of what it has logged", () => {
    const event = (severity: string, message: string) =>
      JSON.stringify({ sequence: 1, diagnosticEvent: { severity, message } });
    const log = [
      event("error", "sql/flink/20-sinks.sql:2: Could not find any factory for identifier 'jdbcc'"),
      event("info", "pull rate limit"),
      '{"diagnosticEvent":{"severity":"err',
    ].join("\n");
    expect(moreAbout(errorsIn(log))).toEqual([
      "docs/TROUBLESHOOTING.md#a-statement-is-rejected",
      "docs/TROUBLESHOOTING.md#could-not-find-any-factory",
    ]);
  });
});
