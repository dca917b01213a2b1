/** The commands as commander's, which reads the command line and writes the help. */
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { version } from "../package-version.ts";
import type { Style } from "../style.ts";
import { type ArgumentSpec, type CommandSpec, commands, type Verb, verbs } from "./commands.ts";
import { type FlagName, flags } from "./flags.ts";
import { environmentHelp, exitCodesHelp, overviewExamples } from "./help.ts";

export interface ProgramOutput {
  readonly style: Style;
  readonly width: number;
  write(text: string): void;
}

/** Called with the command, its flags by commander's names, and its words. */
type OnCommand = (verb: Verb, flags: Readonly<Record<string, unknown>>, words: readonly string[]) => void;

export function createProgram(output: ProgramOutput, run: OnCommand): Command {
  const { style } = output;
  const program = new Command("commerce")
    .description("A real-time commerce pipeline (Kafka, Flink SQL, Postgres) in one command")
    .usage("COMMAND [flags]")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [COMMAND]", "describe a command")
    // After a command, --version is that command's or Pulumi's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: output.write,
      // Errors are thrown, and reported in one place.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => output.width,
      getOutHasColors: () => true,
    })
    .configureHelp({
      subcommandTerm: (command) => {
        const words = command.registeredArguments.filter((word) => word.name() !== "words");
        const terms = words.map((word) => {
          const term = word.variadic ? `${word.name()}...` : word.name();
          return word.required ? term : `[${term}]`;
        });
        return [command.name(), ...terms].join(" ");
      },
      styleTitle: style.bold,
      styleSubcommandTerm: style.cyan,
      styleOptionTerm: style.cyan,
    })
    .addHelpText(
      "after",
      [overviewExamples, environmentHelp, exitCodesHelp].map((text) => text(style, output.width)).join("\n"),
    );
  for (const verb of verbs) addCommand(program, verb, commands[verb], output, run);
  return program;
}

function addCommand(
  program: Command,
  verb: Verb,
  spec: CommandSpec,
  output: ProgramOutput,
  run: OnCommand,
): void {
  const { style, width } = output;
  const command = program
    .command(verb)
    .summary(spec.summary)
    .description(spec.summary)
    .action(() => run(verb, command.opts(), command.args));
  for (const flag of spec.flags) command.addOption(optionFor(flag));
  for (const argument of spec.arguments ?? []) command.addArgument(argumentFor(argument));
  // Pulumi's own words and flags; `commerce pulumi up --help` asks the Pulumi CLI.
  if (spec.pulumi !== undefined) {
    command.argument("[words...]", "passed to the Pulumi CLI unchanged");
    command.allowUnknownOption().helpOption(false);
  }
  const examples = spec.examples.map((example) => `  commerce ${example}`);
  const exitCodes = spec.showsExitCodes ? [exitCodesHelp(style, width)] : [];
  command.addHelpText("after", ["", style.bold("Examples:"), ...examples, ...exitCodes].join("\n"));
}

function argumentFor({ name, summary, choices, occurs }: ArgumentSpec): Argument {
  const form = occurs === undefined ? `<${name}>` : occurs === "at most once" ? `[${name}]` : `[${name}...]`;
  const argument = new Argument(form, summary);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionFor(name: FlagName): Option {
  const { syntax, summary, choices, isRepeatable } = flags[name];
  const option = new Option(syntax, summary);
  if (choices !== undefined) return option.choices(choices);
  if (!option.required) return option;
  return isRepeatable
    ? option.argParser<string[]>((value, before = []) => [...before, required(value)])
    : option.argParser<string>(required);
}

/** A flag in the place of a value: the value was forgotten. */
function required(value: string): string {
  if (value === "" || value.startsWith("-")) throw new InvalidArgumentError("It needs a value.");
  return value;
}
