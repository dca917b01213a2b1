/** The commands of a document in their order, and what it says one sees. Pure. */

export interface Step {
  /** The heading above it. */
  readonly section: string;
  /** The first line of the commands. */
  readonly title: string;
  readonly commands: string;
  /** The lines that the document shows below the commands; `…` is any text. */
  readonly shown: readonly string[];
}

/** Each `sh` block, with the block without a language that follows it. */
export function stepsOf(markdown: string): Step[] {
  const steps: Step[] = [];
  let section = "";
  const pieces = markdown.matchAll(/^## (?<title>.+)$|^```(?<language>\w*)\n(?<text>[\s\S]*?)^```$/gm);
  for (const { groups: { title, language, text = "" } = {} } of pieces) {
    const last = steps.at(-1);
    if (title !== undefined) section = title;
    else if (language === "sh") steps.push({ section, title: firstLine(text), commands: text, shown: [] });
    else if (language === "" && last?.section === section && last.shown.length === 0) {
      steps[steps.length - 1] = { ...last, shown: text.split("\n").filter((line) => line.trim() !== "") };
    }
  }
  return steps;
}

const firstLine = (text: string) => text.split("\n", 1).join();

/** The first shown line that the output does not have as part of a line. Pulumi's messages come in any order. */
export function firstMissing(shown: readonly string[], output: string): string | undefined {
  const lines = output.split("\n").map(oneBlank);
  return shown.find((line) => !lines.some((candidate) => patternOf(line).test(candidate)));
}

/** Columns are as wide as their contents, so the number of blanks varies. */
const oneBlank = (text: string) => text.replace(/\s+/g, " ").trim();

function patternOf(line: string): RegExp {
  const parts = line.split("…").map((part) => oneBlank(part).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"));
}
