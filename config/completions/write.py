"""Writes the completions for bash, zsh and fish from what `postroom --help` says.

    python3 config/completions/write.py PROGRAM FOLDER

tests/e2e/test_completions.py compares what lies here with what this writes.
"""

import os
import re
import subprocess
import sys

# Which options and verbs are followed by the name of a file or folder.
FILES = {"--config", "--state"}
FILE_COMMANDS = {"explain", "rules", "auth", "evaluate", "backup", "campaign"}


def said(*words):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout


def commands(program):
    """(name, what it does) of each, in the order of the help."""
    return re.findall(r"^  (\w+) +(.+)$", said(program, "--help"), re.MULTILINE)


def options(help_text):
    """(long option with its dashes, takes a value, what it means)."""
    found = re.findall(r"^  (?:-\w, )?(--[\w-]+)(=\S+)?  +(.+)$", help_text, re.MULTILINE)
    return [(name, bool(value), text.strip()) for name, value, text in found]


def verbs(command, help_text):
    """The words a command begins with: of [list|show N|...], or of spf|dkim|... ."""
    usage = re.search(rf"postroom {command} \[OPTION…\](.*)$", help_text, re.MULTILINE)[1]
    words = [part.strip(" []").split(" ")[0].split("[")[0] for part in usage.split("|")]
    return [word for word in words if re.fullmatch(r"[a-z-]+", word)] if len(words) > 1 else []


def quoted(text):
    return text.replace("'", "'\\''")


def bash(table):
    lines = ["# bash completion for postroom(1). Written by config/completions/write.py.",
             "_postroom() {",
             '    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}',
             '    local command=${COMP_WORDS[1]}',
             "    COMPREPLY=()",
             "    case $before in",
             f'    -c | {" | ".join(sorted(FILES))}) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;',
             "    esac",
             "    if [ \"$COMP_CWORD\" -eq 1 ]; then",
             f'        mapfile -t COMPREPLY < <(compgen -W "{" ".join(row[0] for row in table)}" -- "$word")',
             "        return",
             "    fi",
             "    case $command in"]
    for name, _, flags, words in table:
        known = " ".join([*words, *(flag[0] for flag in flags), "--help"])
        lines.append(f'    {name}) mapfile -t COMPREPLY < <(compgen -W "{known}" -- "$word") ;;')
    lines += ["    esac",
              "    case $command in",
              f'    {" | ".join(sorted(FILE_COMMANDS))})',
              '        local file',
              '        while read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word") ;;',
              "    esac",
              "}",
              "complete -o filenames -F _postroom postroom"]
    return "\n".join(lines) + "\n"


def zsh(table):
    escape = lambda text: quoted(text).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    lines = ["#compdef postroom",
             "# zsh completion for postroom(1). Written by config/completions/write.py.",
             "local -a commands",
             "commands=("]
    lines += [f"    '{name}:{escape(does)}'" for name, does, _, _ in table]
    lines += [")",
              "if (( CURRENT == 2 )); then",
              "    _describe -t commands 'postroom command' commands",
              "    return",
              "fi",
              "local command=${words[2]}",
              "shift words",
              "(( CURRENT-- ))",
              "case $command in"]
    for name, _, flags, words in table:
        parts = []
        for flag, has_value, text in flags:
            action = ":file:_files" if flag in FILES else ":value:" if has_value else ""
            parts.append(f"'{flag}{'=' if has_value else ''}[{escape(text)}]{action}'")
        parts.append("'-c[the configuration file]:file:_files'" if name else "")
        if words:
            parts.append(f"'1:what:({' '.join(words)})'")
        if name in FILE_COMMANDS:
            parts.append("'*:file:_files'")
        lines.append(f"{name}) _arguments -s {' '.join(parts)} ;;")
    lines.append("esac")
    return "\n".join(lines) + "\n"


def fish(table):
    names = " ".join(row[0] for row in table)
    lines = ["# fish completion for postroom(1). Written by config/completions/write.py.",
             "complete -c postroom -f"]
    for name, does, flags, words in table:
        lines.append(f"complete -c postroom -n 'not __fish_seen_subcommand_from {names}' "
                     f"-a {name} -d '{quoted(does)}'")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        for flag, has_value, text in flags:
            value = " -r -F" if flag in FILES else " -x" if has_value else ""
            lines.append(f"complete -c postroom {seen} -l {flag[2:]}{value} -d '{quoted(text)}'")
        if words:
            lines.append(f"complete -c postroom {seen} -a '{' '.join(words)}'")
        if name in FILE_COMMANDS:
            lines.append(f"complete -c postroom {seen} -F")
    return "\n".join(lines) + "\n"


def main(program, folder):
    table = []
    for name, does in commands(program):
        help_text = said(program, name, "--help")
        table.append((name, does.strip(), options(help_text), verbs(name, help_text)))
    for file, text in (("postroom.bash", bash(table)), ("_postroom", zsh(table)),
                       ("postroom.fish", fish(table))):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
