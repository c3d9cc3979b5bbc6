"""Options of docker's command line, those with a value and those without."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipectl.local.shims.docker_errors import DockerError

_USAGE = 125  # the status of docker for a flag that it does not know (Docker CLI, cli/cobra.go)
_FALSE = ("false", "False", "FALSE", "f", "F", "0")


@dataclass
class Options:
    """What was stated, by the option's long name, and the words beside it."""

    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def last(self, name: str) -> str | None:
        return self.values[name][-1] if self.values.get(name) else None

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def has(self, name: str) -> bool:
        """Whether the flag is on: `--push=false` is off"""
        return name in self.values and self.values[name][-1] not in _FALSE


def parse(
    words: list[str],
    *,
    flags: tuple[str, ...] = (),
    valued: tuple[str, ...] = (),
    short: dict[str, str] | None = None,
    command: str = "",
    until_word: bool = False,
) -> Options:
    """Flags take no value; the others one, after `=` or as the next word; `--` ends the options

    `until_word`: what follows the first word that is no option belongs to that word (`docker run`).
    DockerError for an unknown option, in the words of the Docker CLI (spf13/pflag).
    """
    found = Options()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return Options(found.values, found.words + rest)
        if word == "-" or not word.startswith("-"):
            found.words.append(word)
            if until_word:
                return Options(found.values, found.words + rest)
        elif word.startswith("--"):
            _long(found, word, rest, (flags, valued), command)
        else:
            _shorts(found, word, rest, (flags, short or {}), command)
    return found


def _long(
    found: Options, word: str, rest: list[str], kinds: tuple[tuple[str, ...], tuple[str, ...]], command: str
) -> None:
    name, stated, value = word[2:].partition("=")
    flags, valued = kinds
    if name not in flags and name not in valued:
        raise DockerError(_with_help(f"unknown flag: --{name}", command), _USAGE)
    if name in valued and not stated:
        value = _next(rest, f"flag needs an argument: --{name}", command)
    found.values.setdefault(name, []).append(value)


def _shorts(
    found: Options, word: str, rest: list[str], kinds: tuple[tuple[str, ...], dict[str, str]], command: str
) -> None:
    """`-qt name`, `-tname`, `-t=name`"""
    flags, short = kinds
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = short.get(f"-{letter}")
        if name is None:
            raise DockerError(
                _with_help(f"unknown shorthand flag: '{letter}' in -{letter}{letters}", command), _USAGE
            )
        value = ""
        if name not in flags:
            missing = f"flag needs an argument: '{letter}' in -{letter}"
            value = letters.removeprefix("=") if letters else _next(rest, missing, command)
            letters = ""
        found.values.setdefault(name, []).append(value)


def _next(rest: list[str], missing: str, command: str) -> str:
    if not rest:
        raise DockerError(_with_help(missing, command), _USAGE)
    return rest.pop(0)


def _with_help(message: str, command: str) -> str:
    return f"{message}\n\nRun 'docker {command} --help' for more information" if command else message
