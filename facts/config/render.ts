/** Renders what is generated from the configuration keys. Pure. */
import { stringify } from "yaml";
import { type ConfigKey, configKeys } from "./keys.ts";

const SECTION = "# Generated from facts/config/keys.ts by `npm run generate`.\n";

/** Pulumi.yaml with its last section, `config`, replaced. A key without a default cannot be declared there. */
export function renderProjectFile(current: string): string {
  const start = current.indexOf(SECTION);
  if (start < 0) throw new Error(`Pulumi.yaml does not contain the line: ${SECTION}`);
  const declared = configKeys().filter(([, key]) => key.default !== undefined);
  const config = Object.fromEntries(declared.map(([name, key]) => [name, projectEntry(key)]));
  // In version 1.1, as Pulumi reads it, a date without quotes would be a timestamp.
  return current.slice(0, start) + SECTION + stringify({ config }, { lineWidth: 0, version: "1.1" });
}

function projectEntry({ description, type, default: value }: ConfigKey<unknown>) {
  return {
    description,
    type: type.pulumiType,
    default: type.pulumiType === "string" ? String(value) : value,
  };
}

/** docs/CONFIGURATION.md */
export function renderDocument(): string {
  const rows = configKeys().map(([name, key]) => {
    const value = key.default === undefined ? "" : `\`${key.default}\``;
    return `| \`${name}\` | ${value} | ${key.type.accepts} | ${key.description}. | ${key.onChange} |`;
  });
  return `<!-- Generated from facts/config/keys.ts by \`npm run generate\`. Do not edit. -->

# Configuration

Each stack has its own values in \`Pulumi.STACK.yaml\`, with the prefix \`commerce-pipeline:\`. A key that is not set there
has the default below.

\`\`\`sh
npm run config                                        # list the values
npm run config -- set eventsPerSecond 100             # change one; applies at the next \`npm start\`
npm run config -- set --stack demo parallelism 4      # change one of another stack
npm run config -- set --secret datadogApiKey          # asks for the value and stores it encrypted
\`\`\`

\`npm run preview\` shows what a change will do. If any value is invalid, \`npm start\` reports every problem and changes
nothing.

| key | default | accepts | description | effect of a change |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
