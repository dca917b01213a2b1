import { columns } from "./format.ts";
import type { Style } from "./style.ts";
import { argumentOf, commonFlags, flags, type Verb, verbs, wordsOf } from "./verbs.ts";

/** The help text, of the whole command or of one verb. */
export function helpText(verb: Verb | undefined, style: Style): string {
  return [...(verb === undefined ? overview(style) : aboutVerb(verb, style)), ""].join("\n");
}

function overview(style: Style): string[] {
  const names = (Object.keys(verbs) as Verb[]).map((verb) => [
    `  ${style.cyan(nameOf(verb))}`,
    verbs[verb].summary,
  ]);
  const all = Object.keys(flags);
  return [
    `${style.bold("commerce")}: a real-time commerce pipeline (Kafka, Flink SQL, Postgres) in one command`,
    "",
    style.bold("Usage"),
    "  commerce COMMAND [flags]",
    "  npm start | npm run COMMAND [-- flags]",
    "",
    style.bold("Commands"),
    ...columns(names),
    "",
    style.bold("Flags"),
    ...flagLines(all, style),
    "",
    style.bold("Examples"),
    "  npm start                                the stack dev, with proof",
    "  npm start -- --stack demo                a second stack beside it, on ports of its own",
    "  npm run outputs -- --json --show-secrets",
    "  npm run config -- set --secret datadogApiKey KEY",
    "  npm run replay -- --from 2026-01-31T12:00:00Z",
    "  npm run destroy",
    "",
    style.bold("Environment"),
    ...columns([
      ["  PULUMI_STACK", "the stack, when --stack is not given"],
      ["  PULUMI_BACKEND_URL", "where state is kept (default: .pulumi-state beside Pulumi.yaml)"],
      ["  PULUMI_CONFIG_PASSPHRASE", "encrypts secrets in the state (default: generated on first use)"],
      ["  DOCKER_HOST, DOCKER_CONTEXT", "which Docker engine to use"],
      ["  COMMERCE_IMAGES", "registry or local, when --images is not given"],
      ["  NO_COLOR", "no colours"],
    ]),
  ];
}

const nameOf = (verb: Verb) => [verb, argumentOf(verb) ?? []].flat().join(" ");

function aboutVerb(verb: Verb, style: Style): string[] {
  return [
    `${style.bold(`commerce ${nameOf(verb)}`)}: ${verbs[verb].summary}`,
    "",
    ...usage(verb, style),
    style.bold("Flags"),
    ...flagLines([...verbs[verb].flags, ...commonFlags], style),
  ];
}

function usage(verb: Verb, style: Style): string[] {
  const words = wordsOf(verb);
  if (words === undefined) return [];
  const lines = words.map((rest) => `  commerce ${verb} ${rest}`.trimEnd());
  return [style.bold("Usage (words and flags are Pulumi's own)"), ...lines, ""];
}

function flagLines(names: readonly string[], style: Style): string[] {
  return columns(
    names.map((name) => {
      const flag = flags[name];
      const short = flag?.short ? `, -${flag.short}` : "";
      return [`  ${style.cyan(`--${name}`)}${short}${flag?.value ? ` ${flag.value}` : ""}`, flag?.help ?? ""];
    }),
  );
}
