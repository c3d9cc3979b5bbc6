"""A spec as text: block by block, in the way that people write it."""

from collections.abc import Mapping
from typing import Any

import yaml

WIDTH = 100
SHORT = 72
"""Letters of a list that stands on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented, short ones stand on one line, long texts as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything where it stands."""
        return True


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    plain = all(isinstance(each, str | int) and "\n" not in str(each) for each in items)
    short = plain and sum(len(str(each)) + 2 for each in items) <= SHORT
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)


def spec_text(values: Mapping[str, Any]) -> str:
    """The file: settings first, then one block after the other with a line between."""
    settings = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    blocks = [{key: value} for key, value in values.items() if isinstance(value, Mapping)]
    return "\n".join(_dumped(each) for each in [settings, *blocks])


def _dumped(values: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        dict(values),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH,
        default_flow_style=False,
    )
    return text
