"""The printed spec, loaded as `create` will load it: what is wrong with it, and what it means."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipectl import rules
from pipectl.kinds import BLOCKS
from pipectl.spec.load import load
from pipectl.spec.problems import Severity
from pipectl.spec.spec import Spec


def read_back(
    text: str, environment: Mapping[str, str], files: Mapping[str, str]
) -> tuple[Spec | None, tuple[str, ...]]:
    """The spec of a text, and its mistakes; None when it has any."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"pipectl.yaml": text, **files}.items():
            Path(folder, name).write_text(content, encoding="utf-8")
        spec, problems = load(str(Path(folder, "pipectl.yaml")), BLOCKS, {}, environment)
        found = [*problems, *(rules.problems(spec) if spec else ())]
    mistakes = tuple(f"line {each.line}: {each.message}" for each in found if each.severity is Severity.ERROR)
    return (None if mistakes else spec), mistakes
