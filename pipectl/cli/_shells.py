"""The completion scripts of bash, zsh and fish, and what they say to each other with pipectl.

A script hands over the command line up to the cursor in COMP_LINE; pipectl answers with a candidate a line,
or with what the shell completes better itself: `file`, `dir`, and `yaml` for specs. Where pipectl offers
nothing, files are completed (bash reference manual, "Programmable Completion"; zshcompsys(1); complete(1) of
fish).
"""

import os
from pathlib import PurePath
from typing import ClassVar

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

from pipectl.cli import COMPLETE

PROGRAM = "pipectl"
VARIABLE = COMPLETE
LINE = "COMP_LINE"

BASH = r"""%(complete_func)s() {
    local IFS=$'\n' line word prefix="" current="${COMP_WORDS[COMP_CWORD]}" completion type value response
    line="${COMP_LINE:0:COMP_POINT}"
    word="${line##*[[:space:]]}"
    [[ $current == "=" ]] && current=""
    # readline takes what stands before a colon for a word of its own
    [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && prefix="${word%%:*}:"
    COMPREPLY=()
    response=$(env COMP_LINE="$line" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    for completion in $response; do
        type="${completion%%%%,*}" value="${completion#*,}"
        case $type in
            yaml)
                compopt -o filenames
                COMPREPLY+=($(compgen -d -- "$current") $(compgen -f -X '!*.y*ml' -- "$current")) ;;
            dir) compopt -o filenames; COMPREPLY+=($(compgen -d -- "$current")) ;;
            file) compopt -o filenames; COMPREPLY+=($(compgen -f -- "$current")) ;;
            *) COMPREPLY+=("${value#"$prefix"}") ;;
        esac
    done
}
complete -o nosort -o bashdefault -o default -F %(complete_func)s %(prog_name)s
"""

ZSH = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local -a response plain described
    local type key help
    local line="${words[1,CURRENT]}"
    response=("${(@f)$(env COMP_LINE="$line" %(complete_var)s=zsh_complete "${words[1]}" 2>/dev/null)}")
    for type key help in ${response}; do
        case $type in
            yaml) _files -g '*.y(a|)ml(-.)' && return ;;
            dir) _files -/ && return ;;
            file) _files && return ;;
            plain) if [[ $help == _ ]]; then plain+=("$key"); else described+=("$key:$help"); fi ;;
        esac
    done
    (( $#described )) && _describe -V '' described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
    (( $#described + $#plain )) || _files
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
    compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = r"""function %(complete_func)s
    set -l line (commandline -cp)
    set -l response (env COMP_LINE="$line" %(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
    if test -z "$response"
        __fish_complete_path (commandline -ct)
    end
    for completion in $response
        set -l metadata (string split -m 1 "," -- $completion)
        switch $metadata[1]
            case yaml
                __fish_complete_path (commandline -ct) | string match -r '.*(?:/|\.ya?ml)(?:\t.*)?$'
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
            case '*'
                echo $metadata[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Line(ShellComplete):
    """A shell whose script hands over the line up to the cursor."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words behind the program, and the one that is being typed."""
        line = os.environ.get(LINE, "")
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        start = next((n for n, word in enumerate(words, 1) if PurePath(word).name == PROGRAM), 1)
        return words[start:], incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """One line: its type and its value."""
        return f"{item.type},{item.value}"


class Bash(_Line):
    """Bash 4.4 or newer."""

    name: ClassVar[str] = "bash"
    source_template: ClassVar[str] = BASH


class Zsh(_Line):
    """Zsh, with compinit or without."""

    name: ClassVar[str] = "zsh"
    source_template: ClassVar[str] = ZSH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Three lines; `_describe` takes a colon that is not escaped for the end of the value."""
        value = item.value.replace(":", r"\:") if item.help else item.value
        return f"{item.type}\n{value or '_'}\n{item.help or '_'}"


class Fish(_Line):
    """Fish 3 or newer."""

    name: ClassVar[str] = "fish"
    source_template: ClassVar[str] = FISH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """A description stands behind a tab."""
        return super().format_completion(item) + (f"\t{item.help}" if item.help else "")


SHELLS = {shell.name: shell for shell in (Bash, Zsh, Fish)}


def register() -> None:
    """Let click answer the scripts by these classes instead of its own."""
    for shell in SHELLS.values():
        add_completion_class(shell)
