"""What `aws` prints: JSON, or text as the CLI has it (AWS CLI user guide, "Setting the output format")."""

from __future__ import annotations

import json
import sys
from typing import Any

from pipectl.local.shims.aws_errors import AwsUsageError

_KINDS = ("json", "text")


def check(kind: str) -> None:
    if kind not in _KINDS:
        raise AwsUsageError(f"the aws of the local AWS prints json and text only, not --output {kind}")


def show(value: Any, kind: str) -> None:
    if kind == "json":
        sys.stdout.write(json.dumps(value, indent=4, default=str) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(value, "")))


def _lines(value: Any, name: str, columns: list[str] | None = None) -> list[str]:
    """Scalars of one object in one line, in the order of their names; nested ones below, with their name"""
    if isinstance(value, dict):
        columns = columns or sorted(key for key in value if not isinstance(value[key], dict | list))
        cells = [_cell(value.get(key, "")) for key in columns]
        lines = ["\t".join([name.upper()] * bool(name) + cells)] if cells else []
        nested = sorted(key for key in value if isinstance(value[key], dict | list))
        return lines + [line for key in nested for line in _lines(value[key], key)]
    if not isinstance(value, list):
        return [_cell(value)]
    if any(isinstance(item, dict) for item in value):
        scalars = {
            key for item in value if isinstance(item, dict)
            for key in item if not isinstance(item[key], dict | list)
        }  # fmt: skip
        return [line for item in value for line in _lines(item, name, sorted(scalars))]
    flat = [_cell(item) for item in value if not isinstance(item, list)]
    lines = [f"{name.upper()}\t{cell}" for cell in flat] if name else ["\t".join(flat)] if flat else []
    return lines + [line for item in value if isinstance(item, list) for line in _lines(item, name)]


def _cell(value: Any) -> str:
    return "None" if value is None else str(value)
