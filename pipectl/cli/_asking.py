"""Questions on a terminal, each with the option that answers it beforehand.

Enter takes what is proposed, so no question repeats for ever; `later` writes a placeholder into the spec,
which `validate` explains.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from pipectl.command import pipectl, with_spec_here
from pipectl.errors import WrongUsage
from pipectl.init.answers import FORMS
from pipectl.spec.later import LATER

LATER_WORD, NONE_WORD = "later", "none"


@dataclass(frozen=True)
class Question:
    """A question. `form` is a key of FORMS, `option` answers it on the command line."""

    form: str
    text: str
    option: str
    proposed: Sequence[str] = ()
    choices: Sequence[tuple[str, str]] = ()
    """Values and their titles, shown as a numbered list."""
    several: bool = False
    optional: bool = False
    """Whether `none` is an answer."""


@dataclass
class Asking:
    """Takes what was given, asks for the rest, and without a terminal takes what is proposed.

    `missing` are the options that nobody could be asked for.
    """

    terminal: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stderr.isatty())
    missing: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Say once how to answer."""
        if not self.terminal:
            return
        with with_spec_here():
            explains = pipectl("validate")
        lines = (
            "Enter takes the answer in brackets. `later` writes a placeholder, which",
            f"{explains} explains. Ctrl-C writes nothing.\n",
        )
        click.echo("\n".join(lines), err=True)

    def one(self, question: Question, given: str | None) -> str:
        """The answer; "" where there is none. LATER stands for a placeholder."""
        return next(iter(self.several(question, () if given is None else (given,))), "")

    def several(self, question: Question, given: Sequence[str]) -> tuple[str, ...]:
        """The answers to a question that takes several."""
        if given:
            return tuple(_given(question, text) for text in given)
        if self.terminal:
            return self._asked(question)
        if not question.proposed and not question.optional:
            self.missing.append(question.option)
        return tuple(question.proposed)

    def yes(self, text: str, given: bool | None, *, proposed: bool) -> bool | None:
        """Yes or no; None for later."""
        words = {"y": True, "yes": True, "n": False, "no": False, LATER_WORD: None}
        if given is not None or not self.terminal:
            return proposed if given is None else given
        while True:
            typed = _line(f"{text} (y, n, later) [{'y' if proposed else 'n'}]: ").lower()
            if not typed or typed in words:
                return words[typed] if typed else proposed
            click.echo("enter y, n or `later`", err=True)

    def refuse_missing(self) -> None:
        """Raise WrongUsage with the options that have to be given."""
        if self.missing:
            first = self.missing[0]
            raise WrongUsage(
                f"there is no terminal to ask on, and these were not given: {', '.join(self.missing)}",
                hint=f"`--from-aws` proposes what the account has, `{first} later` writes a placeholder, "
                f"{pipectl('init', '--help')} explains them",
            )

    def _asked(self, question: Question) -> tuple[str, ...]:
        titles = [f"  {number}  {title}" for number, (_, title) in enumerate(question.choices, 1)]
        click.echo("\n".join([f"{question.text}:", *titles]) if titles else "", err=True, nl=bool(titles))
        asked = _how(question) if titles else question.text
        while True:
            try:
                return _answers(question, _line(f"{asked} [{_proposed(question)}]: "))
            except click.UsageError as error:
                click.echo(error.message, err=True)


def _how(question: Question) -> str:
    words = ["Numbers" if question.several else "Number", FORMS[question.form].short]
    words += [NONE_WORD] if question.optional else []
    return f"  {', '.join(words)} or {LATER_WORD}"


def _proposed(question: Question) -> str:
    """What Enter takes: numbers where there is a list."""
    numbers = {value: str(number) for number, (value, _) in enumerate(question.choices, 1)}
    shown = " ".join(numbers.get(value, value) for value in question.proposed)
    return shown or (NONE_WORD if question.optional else LATER_WORD)


def _answers(question: Question, typed: str) -> tuple[str, ...]:
    """What a line means. Raises UsageError for what is no answer."""
    default = tuple(question.proposed) or (() if question.optional else (LATER,))
    if not typed:
        return default
    if typed.lower() == LATER_WORD:
        return (LATER,)
    if question.optional and typed.lower() == NONE_WORD:
        return ()
    words = typed.replace(",", " ").split() if question.several else [typed]
    return tuple(dict.fromkeys(_answer(question, word) for word in words))


def _answer(question: Question, word: str) -> str:
    if question.choices and word.isdecimal():
        if not 1 <= int(word) <= len(question.choices):
            raise click.UsageError(f"enter a number from 1 to {len(question.choices)}, or `later`")
        return question.choices[int(word) - 1][0]
    if not FORMS[question.form].fits(word):
        raise click.UsageError(f"enter {FORMS[question.form].what}, or `later`")
    return word


def _given(question: Question, text: str) -> str:
    if text.lower() == LATER_WORD:
        return LATER
    if not FORMS[question.form].fits(text):
        what = FORMS[question.form].what
        raise WrongUsage(f"`{question.option} {text}` is invalid", hint=f"enter {what}, or `later`")
    return text


def _line(text: str) -> str:
    """One line that a person types. Raises WrongUsage when the input ends; Ctrl-C passes through."""
    try:
        return str(click.prompt(text, default="", show_default=False, prompt_suffix="", err=True)).strip()
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            click.echo("", err=True)
            raise WrongUsage(
                "the input ended before all questions were answered", hint="no file was written"
            ) from None
        raise
