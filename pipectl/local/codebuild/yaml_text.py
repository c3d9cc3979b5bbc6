"""YAML as the build agent reads it: plain values are text as written, `1.10` and `no` stay what they are."""

from __future__ import annotations

from typing import Any

import yaml

_LARGEST = 1024 * 1024
_KEPT = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:null")
_Base: Any = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml's messages are those of the agent's parser


class _Loader(_Base):  # type: ignore[misc]
    """Resolves nothing but merges and null."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own form of the attribute
        letter: [pair for pair in resolvers if pair[0] in _KEPT]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class YamlError(Exception):
    """No YAML; the message as the agent words it: the problem and its line."""


def load(text: str) -> Any:
    if len(text) > _LARGEST:
        raise YamlError("the buildspec is larger than 1 MB")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with less than its resolvers
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" at line {mark.line + 1}" if mark else ""
        raise YamlError(f"{error.problem or error.context}{line}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlError(str(error).splitlines()[0]) from error
