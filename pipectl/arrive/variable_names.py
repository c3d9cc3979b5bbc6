"""Names of the environment variables that stand for secrets: short, and never one name for two values."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from pipectl.spec.places import Path

KINDS = {"ecs": "SERVICE", "codebuild": "PROJECT", "codepipeline": "PIPELINE"}
"""The blocks of a spec whose keys are the names of clusters, projects and pipelines."""


@dataclass(frozen=True)
class Secret:
    """A value that is read from the environment: where it stands, what it is called there, and what it is."""

    path: Path
    name: str
    value: str


def variable_names(secrets: Iterable[Secret], values: Mapping[str, Any]) -> dict[Secret, str]:
    """A name for each secret of the values of a spec; only equal values share one.

    The shortest name is `SHOP_WEB_DB_PASSWORD`: cluster and service, or the project or the pipeline, since
    one shell may hold the variables of several specs. Where that would stand for two values, all of them get
    the container or the action too, then the kind in front, and at last a number.
    """
    left = {secret: _candidates(secret, values) for secret in secrets}
    names: dict[Secret, str] = {}
    taken: dict[str, str] = {}
    for choice in range(3):
        free = dict(_unmistakable({secret: found[choice] for secret, found in left.items()}, taken))
        names |= free
        taken |= {name: secret.value for secret, name in free.items()}
        left = {secret: found for secret, found in left.items() if secret not in free}
    for secret, (_, full, _) in sorted(left.items(), key=lambda item: _owner(item[0].path)):
        numbered = chain([full], (f"{full}_{number}" for number in count(2)))
        names[secret] = next(name for name in numbered if taken.get(name, secret.value) == secret.value)
        taken[names[secret]] = secret.value
    return names


def _unmistakable(wanted: Mapping[Secret, str], taken: Mapping[str, str]) -> Iterator[tuple[Secret, str]]:
    """The names that stand for one value only."""
    claims: dict[str, set[str]] = defaultdict(set)
    for secret, name in wanted.items():
        claims[name].add(secret.value)
    for secret, name in wanted.items():
        if claims[name] == {taken.get(name, secret.value)}:
            yield secret, name


def _candidates(secret: Secret, values: Mapping[str, Any]) -> tuple[str, str, str]:
    """The shortest name, the one with all that it stands in, and that one with its kind in front."""
    owner, name = list(map(_capitals, _owner(secret.path))), _capitals(secret.name) or "SECRET"
    has_owner = not owner or f"{name}_".startswith(f"{owner[-1]}_")
    short = name if has_owner else f"{owner[-1]}_{name}"
    short = "_".join([*(part for part in owner[:-1] if part != owner[-1]), short])
    full = "_".join([*owner, *map(_capitals, _inside(secret, values)), name])
    kind = KINDS.get(str(secret.path[0]), "SPEC") if secret.path else "SPEC"
    return _not_a_number(short), _not_a_number(full), f"{kind}_{full}"


def _owner(path: Path) -> list[str]:
    """The cluster and the service, the project or the pipeline of a value; empty for the whole spec's."""
    words = [str(part) for part in path]
    if words[:1] == ["ecs"] and words[2:3] == ["services"]:
        return [words[1], words[3]]
    return [words[1]] if len(words) > 2 and words[0] in KINDS else []  # noqa: PLR2004  block, name and key


def _inside(secret: Secret, values: Mapping[str, Any]) -> Iterator[str]:
    """The names of the container, or of the stage and the action, that a value stands in."""
    value: Any = values
    for before, part in zip(("", *secret.path), secret.path, strict=False):
        value = value[part]
        if before == "containers" and isinstance(part, str):
            yield part
        elif isinstance(part, int) and isinstance(value, Mapping):
            name = value.get("name")
            if isinstance(name, str) and name != secret.name:
                yield name


def _not_a_number(name: str) -> str:
    return f"_{name}" if name[0].isdigit() else name


def _capitals(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper()
