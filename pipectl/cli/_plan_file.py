"""`plan --out FILE` keeps a plan, and `create --plan FILE` carries out exactly that."""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipectl import __version__
from pipectl.cli._options import Chosen, Settings
from pipectl.command import about, pipectl
from pipectl.errors import InvalidSpec, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.engine.values import Plan
    from pipectl.review.plan_file import Place, Sources


def refuse_other_file(file: str) -> None:
    """Raise WrongUsage when something else than a plan would be overwritten."""
    from pipectl.review import plan_file

    if Path(file).is_file() and Path(file).stat().st_size:
        try:
            plan_file.read(_text(file), file, __version__)
        except WrongUsage as error:
            if "not a plan" in error.message:
                hint = "choose another name, or remove that file first"
                raise WrongUsage(f"{file} exists and is not a plan of pipectl", hint=hint) from error


def keep(file: str, plans: "Sequence[Plan]", chosen: Chosen, settings: Settings) -> None:
    """Write the plans into a file that only its owner reads, and say how to carry them out."""
    from pipectl.cli import _carry_out, _printing
    from pipectl.review import plan_file

    _carry_out.refuse_obstacles(plans)
    text = plan_file.plan_file(
        plans, _sources(chosen), _place(plans, settings), __version__, datetime.now().astimezone()
    )
    _printing.write(Path(file), text, private=True)
    click.echo(f"plan written to {file}; {pipectl('create', '--plan', file)} carries it out", err=True)


@dataclass(frozen=True)
class Kept:
    """A plan that is to be carried out as it stands in its file."""

    file: str
    data: dict[str, Any]
    chosen: Chosen
    settings: Settings

    def refuse_changed(self, plans: "Sequence[Plan]") -> None:
        """Raise StalePlan when these plans are not the kept ones."""
        from pipectl.review import plan_file

        again = _again(self.file, self.chosen)
        plan_file.refuse_other_place(self.data, _place(plans, self.settings), self.file)
        plan_file.refuse_changed(self.data, plans, _sources(self.chosen), self.file, again)


def kept(file: str, chosen: Chosen, settings: Settings, *, prune: bool) -> Kept:
    """The plan in a file, with its own specs when none are named. Raises WrongUsage, and StalePlan."""
    from pipectl.review import plan_file

    if prune:
        raise WrongUsage("`--prune` and `--plan` contradict each other", hint="a kept plan deletes nothing")
    data = dict(plan_file.read(_text(file), file, __version__))
    if not chosen.typed:
        chosen = replace(chosen, files=tuple(spec["file"] for spec in data["specs"]), named=True)
    plan_file.refuse_other_specs(data, _sources(chosen), file, _again(file, chosen))
    return Kept(file, data, chosen, settings)


def _again(file: str, chosen: Chosen) -> str:
    with about(specs=chosen.files):
        return pipectl("plan", "--out", file)


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise WrongUsage(f"cannot read {file}: {error.strerror}") from error


def _sources(chosen: Chosen) -> "Sources":
    """The texts and values. Raises InvalidSpec for files that cannot be read."""
    from pipectl.review.plan_file import Sources
    from pipectl.spec import disk

    texts = {file: disk.text_of(file) for file in chosen.files}
    if unread := [text for text in texts.values() if not isinstance(text, str)]:
        raise InvalidSpec(unread)
    return Sources({file: str(text) for file, text in texts.items()}, chosen.variables, dict(os.environ))


def _place(plans: "Sequence[Plan]", settings: Settings) -> "Place":
    from pipectl.review.plan_file import Place

    return Place(settings.endpoint, [plan.account for plan in plans], [plan.region for plan in plans])
