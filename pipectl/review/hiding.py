"""Secrets in parameters: each gives way to a variable, so that a script can be shown and still be run."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipectl.facts.secret_names import PARAMETERS, replaced
from pipectl.render.secrets import masked

MARK = "\0"
"""Stands around the name of a variable in a text, twice where that text is JSON itself; no parameter of AWS
has it."""

IN_JSON = 2
"""How many marks stand on each side of a variable in a text that is JSON."""

REFERENCES = frozenset({"PARAMETER_STORE", "SECRETS_MANAGER"})
"""Types of CodeBuild's variables whose value is the name of a secret, and none itself."""

NAMING = frozenset({"parameter-store", "secrets-manager"})
"""Keys of a buildspec's `env` below which stand names of secrets (user guide, "Build specification")."""

BRACKETS = ("{", "[")
"""How a text begins that is JSON."""

VALUES = ("value", "defaultValue")
"""Where a pair that has a `name` says what it is worth."""


class Hiding:
    """Hides secrets, and remembers under which variable each one is expected."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of all that was hidden."""
        return tuple(self._names.values())

    def hidden(self, params: Any) -> Any:
        """The parameters with a marked variable for every secret."""
        if isinstance(params, Mapping):
            secret = dict(_secrets(params, _is_parameter))
            return {key: self._mark(*secret[key]) if key in secret else self.hidden(each)
                    for key, each in params.items()}  # fmt: skip
        if isinstance(params, list | tuple):
            return [self.hidden(each) for each in params]
        return self._inside(params) if isinstance(params, str) else params

    def _mark(self, name: str, value: str, times: int = 1) -> str:
        return marked(self._variable(name, value), times)

    def _variable(self, name: str, value: str) -> str:
        """`SECRET_DB_PASSWORD`; another one where two secrets have one name."""
        if value not in self._names:
            base = "SECRET_" + re.sub(r"\W", "_", name, flags=re.ASCII).upper().removeprefix("SECRET_")
            same = [each for each in self._names.values() if re.fullmatch(rf"{base}(_\d+)?", each)]
            self._names[value] = f"{base}_{len(same) + 1}" if same else base
        return self._names[value]

    def _inside(self, text: str) -> str:
        """A text that is a document itself: a buildspec, the variables of an action."""
        for name, value in _found(_document(text)):
            inner = json.dumps(value)[1:-1]
            if inner in text and (inner != value or text[:1] in BRACKETS):
                text = text.replace(inner, self._mark(name, value, IN_JSON))
            elif value in text:
                text = text.replace(value, self._mark(name, value))
            else:  # spelled as YAML may: it cannot be cut out
                return self._mark(f"text_with_{name}", text)
        return replaced(text, lambda secret: self._mark("text", secret))


def marked(variable: str, times: int = 1) -> str:
    """What stands in a text for a secret."""
    return f"{MARK * times}{variable}{MARK * times}"


def _secrets(
    params: Mapping[str, Any], is_secret: Callable[[str, Any], bool]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Key -> name and value of the secrets that stand in a mapping itself; a pair's own name comes last."""
    yield from ((key, (key, value)) for key, value in params.items() if is_secret(key, value))
    name = params.get("name")
    if isinstance(name, str) and params.get("type") not in REFERENCES:
        yield from ((key, (name, params[key])) for key in VALUES if _is_variable(name, params.get(key)))


def _is_parameter(name: str, value: Any) -> bool:
    """Whether a parameter of AWS holds a secret; those of PARAMETERS never do."""
    return isinstance(value, str) and name not in PARAMETERS and masked(name, value) != value


def _is_variable(name: str, value: Any) -> bool:
    """Whether a value under a name that somebody chose is a secret, whatever AWS calls so."""
    return isinstance(value, str) and masked(f"environment.{name}", value) != value


def _document(text: str) -> Any:
    """What a text of several lines, or one in brackets, says; policies name secrets and hold none."""
    import yaml

    if "\n" not in text and text[:1] not in BRACKETS:
        return None
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return None if isinstance(found, Mapping) and "Statement" in found else found


def _found(document: Any) -> Iterator[tuple[str, str]]:
    """Every secret in a document."""
    if isinstance(document, Mapping):
        mine = dict(_secrets(document, _is_variable))
        yield from mine.values()
        document = [each for key, each in document.items() if key not in mine and key not in NAMING]
    if isinstance(document, list):
        for each in document:
            yield from _found(each)
