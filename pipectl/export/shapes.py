"""Parameters of the API in another tool's words, by a table; what it has no word for is told."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def table(tool: str) -> dict[str, Any]:
    """Type -> parameter -> the tool's word, or a mapping whose `=` is the word of the whole."""
    text = resources.files("pipectl.export").joinpath(tool, "shapes.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def say(
    tool: str, name: str, params: Mapping[str, Any], whole: type[dict[str, Any]] = dict
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The properties of a type, nested ones as `whole`, and the paths of what it cannot say."""
    lost: list[str] = []
    return _Speaker(whole, lost).said(params, table(tool)[name], ""), tuple(dict.fromkeys(lost))


class _Speaker:
    """One saying, which remembers what has no word."""

    def __init__(self, whole: type[dict[str, Any]], lost: list[str]) -> None:
        self._whole = whole
        self._lost = lost

    def said(self, value: Any, shape: Any, path: str) -> Any:
        if isinstance(shape, str):  # a plain value, or a mapping whose keys are anybody's
            return value
        if isinstance(value, list):
            return [self.said(each, shape, path) for each in value]
        return self._members(value, shape, path) if isinstance(value, Mapping) else value

    def _members(self, value: Mapping[str, Any], shape: Mapping[str, Any], path: str) -> dict[str, Any]:
        said = self._whole()
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            if key not in shape:
                self._lost.append(below)
            elif inner not in ([], {}) or isinstance(shape[key], str):  # no parts are the same as none said
                name = shape[key] if isinstance(shape[key], str) else shape[key]["="]
                said[name] = self.said(inner, shape[key], below)
        return said
