"""What happens while a command waits, as data: one JSON object a line on stdout (docs/output.md, "wait")."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from pipectl.cli import _printing
from pipectl.cli._options import Settings
from pipectl.render.document import document, one_or_all

END = "end"


class Events:
    """The lines of one pipeline. Only `-o json` prints them: YAML is one document at the end."""

    def __init__(self, settings: Settings | None, pipeline: str) -> None:
        self._is_wanted = settings is not None and settings.output == "json"
        self._pipeline = pipeline

    def emit(self, event: str, **data: Any) -> None:
        """Print one line, at once."""
        if self._is_wanted:
            head = {"event": event, "time": datetime.now(UTC), "pipeline": self._pipeline}
            _printing.line(_printing.compact({**head, **data}))


def print_end(documents: Iterable[Mapping[str, Any]], settings: Settings) -> None:
    """The documents with which the waiting ends: JSON as a line each, YAML as ever, for people none."""
    if settings.output == "json":
        for each in documents:
            _printing.line(_printing.compact({"event": END, "time": datetime.now(UTC), **each}))
    elif not settings.is_text:
        click.echo(document(one_or_all(list(documents)), settings.output))
