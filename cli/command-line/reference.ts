/** docs/CLI.md, from the declared commands. Pure. */
import { styleFor } from "../style.ts";
import { verbs } from "./commands.ts";
import { parseCommandLine } from "./parse.ts";

const width = 100;
const plain = styleFor({ write: () => undefined });

export function cliReference(): string {
  const sections = verbs.map((verb) => `## ${verb}\n\n${block([verb, "--help"])}`);
  return `# Command line

Generated from \`cli/command-line/\`; \`npx vitest run -u test/unit/cli/command-line/reference.test.ts\` regenerates it.

${block(["--help"])}

Flags may come before or after the command. With npm, put them after \`--\`: \`npm run status -- --stack demo\`.
With \`--json\`, standard output always has JSON, even if the command fails: \`{ "error": …, "hint": … }\`. Only wrong usage
is reported on standard error alone.

${sections.join("\n\n")}
`;
}

function block(words: readonly string[]): string {
  const parsed = parseCommandLine(words, {}, plain, width);
  return `\`\`\`text\n${parsed.kind === "text" ? parsed.text.trimEnd() : ""}\n\`\`\``;
}
