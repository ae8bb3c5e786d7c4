/**
 * Tab completion, in two halves.
 *
 * The script that a user's shell loads knows nothing but how to ask: at each Tab it runs `<command> complete -- words…`
 * and offers the lines of the answer. The answer is worked out here from the commander program itself, so it never
 * grows stale, and a command that loads its subcommands lazily loads only the one that is being typed.
 *
 * The words pass as arguments, never through `eval`: completing a line must not run what is on it.
 *
 * The answer is one line per candidate, `value` or `value<TAB>description`, and then one that begins with a colon and
 * says what the shell should offer in addition: `:none`, `:files` or `:directories`.
 */
import { Argument, type Command, type Option } from "commander";
import type { CliStream } from "./run.ts";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** What the shell adds of its own. */
  readonly paths: "none" | "files" | "directories";
}

type Shell = "bash" | "zsh" | "fish";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/**
 * Completes the last of `words` (which may be empty), the words after the program's own name. Where the words lead
 * to a command for which `descend` has an answer, that program completes the rest: so are commands completed that
 * are loaded only when used.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  descend: (command: Command) => Promise<Command | undefined> = async () => undefined,
): Promise<Completion> {
  const current = words.at(-1) ?? "";
  let command = program;
  let positional = 0;
  let wanting: Option | undefined;
  let optionsOver = false;
  for (const [i, word] of joinAssignments(words.slice(0, -1)).entries()) {
    if (wanting !== undefined) {
      wanting = undefined;
    } else if (!optionsOver && word === "--") {
      optionsOver = true;
    } else if (!optionsOver && word.startsWith("-") && word !== "-") {
      wanting = valueOption(command, word);
    } else {
      const sub = positional === 0 && !optionsOver ? findCommand(command, word) : undefined;
      if (sub === undefined) {
        positional++;
        continue;
      }
      const loaded = await descend(sub);
      if (loaded !== undefined) return complete(loaded, words.slice(i + 1));
      command = sub;
    }
  }
  if (wanting !== undefined) {
    // In bash, `--port=` ends with a word of its own.
    return values(wanting.argChoices, wanting.attributeName(), current === "=" ? "" : current);
  }
  const assignment = /^(--[^=]+)=(.*)$/s.exec(current);
  if (!optionsOver && assignment !== null) return assigned(command, assignment[1]!, assignment[2]!);
  if (!optionsOver && current.startsWith("-")) return { candidates: options(command, current), paths: "none" };
  const argument = argumentAt(command, positional);
  const own: Completion =
    argument === undefined ? { candidates: [], paths: "none" } : values(argument.argChoices, argument.name(), current);
  if (positional > 0 || optionsOver) return own;
  return { candidates: [...subcommands(command, current), ...own.candidates], paths: own.paths };
}

/**
 * Gives `program` both halves: `completion <shell>` prints the script, and the hidden `complete -- words…` answers it.
 * For programs whose own first argument is free text this would take words away from it; so only `tenon` does it, and
 * completes the systems' programs through `descend`.
 */
export function addCompletion(
  program: Command,
  descend?: (command: Command) => Promise<Command | undefined>,
  stdout: CliStream = process.stdout,
): void {
  program
    .command("completion")
    .summary("print a script for tab completion")
    .description(`Print the script that completes commands in a shell: source <(${program.name()} completion bash)`)
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) => void stdout.write(completionScript(shell, program.name())));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => void stdout.write(completionText(await complete(program, words, descend))));
}

/** The answer to the shell's question. */
function completionText({ candidates, paths }: Completion): string {
  const lines = candidates.map(({ value, description }) => {
    const line = description.split("\n", 1)[0]!.replaceAll("\t", " ");
    return line === "" ? value : `${value}\t${line}`;
  });
  return [...lines, `:${paths}`, ""].join("\n");
}

/** bash takes `--port=1` for three words; the other shells, and we, for one. */
function joinAssignments(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "=" && joined.at(-1)?.startsWith("--") === true) {
      // With the value still to come, the option stands alone and wants it.
      if (i + 1 < words.length) joined.push(`${joined.pop()!}=${words[++i]!}`);
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function findCommand(command: Command, name: string): Command | undefined {
  return command.commands.find((sub) => sub.name() === name || sub.aliases().includes(name));
}

function visibleOptions(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function findOption(command: Command, flag: string): Option | undefined {
  return visibleOptions(command).find((option) => option.short === flag || option.long === flag);
}

/** The option that `word` names, if the next word is its value. */
function valueOption(command: Command, word: string): Option | undefined {
  const option = findOption(command, word);
  return option?.required === true ? option : undefined;
}

function options(command: Command, prefix: string): Candidate[] {
  return visibleOptions(command).flatMap(({ short, long, description }) =>
    [long, short].flatMap((flag) =>
      // A lone dash asks for the long names: they say what they mean.
      flag?.startsWith(prefix) === true && (flag.startsWith("--") || prefix.length > 1)
        ? [{ value: flag, description }]
        : [],
    ),
  );
}

function assigned(command: Command, flag: string, prefix: string): Completion {
  const option = findOption(command, flag);
  if (option === undefined) return { candidates: [], paths: "none" };
  const { candidates, paths } = values(option.argChoices, option.attributeName(), prefix);
  return { candidates: candidates.map((c) => ({ ...c, value: `${flag}=${c.value}` })), paths };
}

function subcommands(command: Command, prefix: string): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => sub.name().startsWith(prefix))
    .map((sub) => ({ value: sub.name(), description: sub.summary() || sub.description() }));
}

function argumentAt(command: Command, position: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
}

/** What may stand for a value: its choices, or, by its name, files or directories. */
function values(choices: readonly string[] | undefined, name: string, prefix: string): Completion {
  if (choices !== undefined) {
    const candidates = choices.filter((choice) => choice.startsWith(prefix));
    return { candidates: candidates.map((value) => ({ value, description: "" })), paths: "none" };
  }
  if (/(^|-)(dir|directory|folder|root)$/i.test(name)) return { candidates: [], paths: "directories" };
  return { candidates: [], paths: /(file|path|database|config)s?$/i.test(name) ? "files" : "none" };
}

/** The script that makes `shell` complete the command `name`. */
function completionScript(shell: Shell, name: string): string {
  return SCRIPTS[shell](name, `_${name.replaceAll(/[^A-Za-z0-9_]/g, "_")}_complete`);
}

const SCRIPTS: Readonly<Record<Shell, (name: string, call: string) => string>> = {
  // bash 3.2 (macOS) has neither mapfile nor compopt, so reading is a loop and compopt may fail.
  bash: (name, call) => `# bash completion for ${name}. Load it with:  source <(${name} completion bash)
${call}() {
  COMPREPLY=()
  local cur="\${COMP_WORDS[COMP_CWORD]}" line
  [[ $cur == "=" ]] && cur=""
  while IFS= read -r line; do
    case "$line" in
      :none) ;;
      :files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null ;;
      :directories) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(${name} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F ${call} ${name}
`,
  zsh: (name, call) => `#compdef ${name}
# zsh completion for ${name}. Load it with:  source <(${name} completion zsh)
${call}() {
  local line paths=none
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      :*) paths="\${line#:}" ;;
      *$'\\t'*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) candidates+=("\${line//:/\\\\:}") ;;
    esac
  done < <(${name} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe '${name}' candidates
  case "$paths" in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
compdef ${call} ${name}
`,
  fish: (name, call) => `# fish completion for ${name}. Load it with:  ${name} completion fish | source
function ${call}
  set -l words (commandline -opc) (commandline -ct)
  for line in (${name} complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':none'
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':directories'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c ${name} -f -a '(${call})'
`,
};
