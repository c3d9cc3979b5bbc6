"""Where the pipelines of the background server stand, so that nobody has to name account and Region.

Only the standard library is imported here: every `--local` command passes through.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipectl.local import finding

if TYPE_CHECKING:
    from collections.abc import Collection

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"


def configured() -> str:
    """The Region of a command that names none"""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION


def pipelines() -> dict[str, dict[str, list[str]]]:
    """The names of all pipelines, by account and Region; none when no server runs"""
    running = finding.found()
    answer = finding.health(running) if running else None
    told: dict[str, dict[str, list[str]]] = (answer or {}).get("pipelines", {})
    return told


def account(region: str | None, names: Collection[str] = ()) -> str | None:
    """The only account with such a pipeline; the default account when it has one too"""
    fitting = [owner for owner, held in pipelines().items() if _regions(held, region, names)]
    if DEFAULT_ACCOUNT in fitting:
        return DEFAULT_ACCOUNT
    return fitting[0] if len(fitting) == 1 else None


def region(owner: str | None, names: Collection[str] = ()) -> str:
    """The only Region where an account has such a pipeline; the configured one when it has one too"""
    fitting = _regions(pipelines().get(owner or DEFAULT_ACCOUNT, {}), None, names)
    return fitting[0] if len(fitting) == 1 else configured()


def _regions(held: dict[str, list[str]], region: str | None, names: Collection[str]) -> list[str]:
    """The Regions with a pipeline of one of these names; of any name without names"""
    return [
        where
        for where, there in held.items()
        if region in (None, where) and (not names or set(names).intersection(there))
    ]
