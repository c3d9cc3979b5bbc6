"""Questions on a terminal, each with the option that answers it beforehand."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from pipectl.command import pipectl
from pipectl.errors import WrongUsage
from pipectl.init.answers import FORMS


@dataclass
class Asking:
    """Takes what was given, asks for the rest, and without a terminal takes what is proposed.

    `missing` are the options that nobody could be asked for.
    """

    terminal: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stderr.isatty())
    missing: list[str] = field(default_factory=list)

    def one(self, form: str, question: str, option: str, given: str | None, proposed: str | None) -> str:
        """One answer of a form."""
        if given is not None:
            return _checked(form, given, option)
        if self.terminal:
            asked = question if proposed is not None else f"{question} ({FORMS[form].what})"
            return str(click.prompt(asked, proposed, value_proc=lambda text: _typed(form, text), err=True))
        if proposed is None:
            self.missing.append(option)
        return proposed or ""

    def several(
        self,
        form: str,
        question: str,
        option: str,
        given: Sequence[str],
        proposed: Sequence[str],
        *,
        least: int,
    ) -> tuple[str, ...]:
        """Answers of one form, on one line; at least so many."""
        if given:
            return tuple(_checked(form, each, option) for each in given)
        if self.terminal:

            def typed(text: str) -> tuple[str, ...]:
                words = tuple(_typed(form, word) for word in text.replace(",", " ").split())
                if len(words) < least:
                    raise click.UsageError(f"name {FORMS[form].what}")
                return words

            default = " ".join(proposed) or (None if least else "")
            asked = question if proposed else f"{question} ({FORMS[form].what}{'' if least else '; or none'})"
            found: tuple[str, ...] = click.prompt(
                asked, default, value_proc=typed, err=True, show_default=bool(proposed)
            )
            return found
        if len(proposed) < least:
            self.missing.append(option)
        return tuple(proposed)

    def yes(self, question: str, given: bool | None, *, proposed: bool) -> bool:
        """Yes or no."""
        if given is not None:
            return given
        return click.confirm(question, proposed, err=True) if self.terminal else proposed

    def refuse_missing(self) -> None:
        """Raise WrongUsage with the options that have to be given."""
        if self.missing:
            raise WrongUsage(
                f"there is no terminal to ask on, and these were not given: {', '.join(self.missing)}",
                hint=f"{pipectl('init', '--help')} explains them; `--from-aws` proposes what the account has",
            )


def _checked(form: str, text: str, option: str) -> str:
    if not FORMS[form].fits(text):
        raise WrongUsage(f"`{option} {text}` does not fit", hint=f"it takes {FORMS[form].what}")
    return text


def _typed(form: str, text: str) -> str:
    if not FORMS[form].fits(text.strip()):
        raise click.UsageError(f"it takes {FORMS[form].what}")
    return text.strip()
