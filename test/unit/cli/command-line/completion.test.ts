import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { verbs } from "../../../../cli/command-line/commands.ts";
import { completionScript } from "../../../../cli/command-line/completion.ts";

/** What bash offers for the last word. */
function completions(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `${completionScript("bash")}
COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _commerce; echo "\${COMPREPLY[*]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(" ");
}

describe("completion", () => {
  it.each([
    [
      ["commerce", "sta"],
      ["status", "stacks", "state"],
    ],
    [["commerce", "status", "--s"], ["--stack"]],
    [["commerce", "--stack", "demo", "sca"], ["scale"]],
    [["commerce", "up", "--images", "l"], ["local"]],
    [
      ["commerce", "config", "set"],
      ["set", "set-all"],
    ],
    [["commerce", "completion", "z"], ["zsh"]],
    [
      ["commerce", "--stack", "d"],
      ["demo", "dev"],
    ],
  ])("of %j is %j in bash", (words, expected) => {
    expect(completions(...words)).toEqual(expected);
  });

  it("loads bash's functions in zsh", () => {
    expect(completionScript("zsh")).toMatch(/bashcompinit[\s\S]*complete -F _commerce commerce/);
  });

  it("describes every command in fish", () => {
    const script = completionScript("fish");
    for (const verb of verbs) expect(script).toContain(` -a ${verb} -d '`);
    expect(script).toContain("-l images -x -a 'auto registry local'");
  });
});
