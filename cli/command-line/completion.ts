/** Completion scripts for shells, from the declared commands and flags. Pure. */
import { commands, verbs } from "./commands.ts";
import { type FlagName, flags } from "./flags.ts";

/** @param shell bash, zsh or fish */
export function completionScript(shell: string): string {
  switch (shell) {
    case "bash":
      return bash();
    // zsh reads bash's completions.
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash()}`;
    case "fish":
      return fish();
    default:
      throw new Error(`no completion for the shell ${shell}`);
  }
}

const namesOf = (flag: FlagName) => flags[flag].syntax.replace(/ <.*/, "").split(", ");
const allFlags = Object.keys(flags) as FlagName[];

/** The words that may follow a command besides its flags. */
function wordsAfter(verb: keyof typeof commands): readonly string[] {
  const { arguments: [first] = [], pulumi } = commands[verb];
  return first?.choices ?? pulumi?.subcommands ?? [];
}

function bash(): string {
  const values = allFlags.flatMap((flag) => {
    const { choices } = flags[flag];
    return choices === undefined ? [] : [`    ${namesOf(flag).join("|")}) words="${choices.join(" ")}" ;;`];
  });
  const cases = verbs.map((verb) => {
    const words = [...wordsAfter(verb), ...commands[verb].flags.flatMap(namesOf), "--help"];
    return `      ${verb}) words="${words.join(" ")}" ;;`;
  });
  return `# Completion of \`commerce\` for bash and zsh.
_commerce() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" word words verb=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${verbs.join(" ")} " in *" $word "*) verb="$word"; break ;; esac
  done
  case "$previous" in
${values.join("\n")}
    ${namesOf("stack").join("|")}) words="$(ls Pulumi.*.yaml 2>/dev/null | sed 's/^Pulumi\\.//; s/\\.yaml$//')" ;;
    ${namesOf("cwd").join("|")}) COMPREPLY=($(compgen -d -- "$current")); return ;;
    *) case "$verb" in
${cases.join("\n")}
      *) words="${verbs.join(" ")} help --help --version" ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _commerce commerce
`;
}

function fish(): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const noVerb = `not __fish_seen_subcommand_from ${verbs.join(" ")}`;
  const lines = verbs.flatMap((verb) => {
    const after = `-n ${quote(`__fish_seen_subcommand_from ${verb}`)}`;
    const words = wordsAfter(verb);
    return [
      `complete -c commerce -n ${quote(noVerb)} -a ${verb} -d ${quote(commands[verb].summary)}`,
      ...(words.length === 0 ? [] : [`complete -c commerce ${after} -a ${quote(words.join(" "))}`]),
      ...commands[verb].flags.map((flag) => `complete -c commerce ${after} ${fishFlag(flag, quote)}`),
    ];
  });
  return ["# Completion of `commerce` for fish.", "complete -c commerce -f", ...lines, ""].join("\n");
}

function fishFlag(flag: FlagName, quote: (text: string) => string): string {
  const { syntax, summary, choices } = flags[flag];
  const names = namesOf(flag).map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takesValue = syntax.includes("<");
  const values = choices === undefined ? [] : [`-a ${quote(choices.join(" "))}`];
  return [...names, ...(takesValue ? ["-x"] : []), ...values, `-d ${quote(summary)}`].join(" ");
}
