"""The versions of a pipeline's definition that AWS still has, and how two of them differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.command import pipectl
from pipectl.engine.values import Difference
from pipectl.errors import WrongUsage
from pipectl.facts.order import is_ordered
from pipectl.runs.declared import Declaration
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline

AT_ONCE = 8
"""Versions that are asked for side by side."""
GONE = ("PipelineVersionNotFoundException",)


@dataclass(frozen=True)
class Version:
    """One version of a definition. `updated` is when it came into force."""

    number: int
    declaration: Declaration
    updated: datetime | None = None


def newest(cloud: Cloud, pipeline: str) -> Version:
    """The version in force. Raises PipectlError for a pipeline that is not there."""
    answer = find(NOT_THERE, cloud, "codepipeline", "get_pipeline", name=pipeline)
    if answer is None:
        raise no_such_pipeline(cloud, pipeline)
    return _version(answer)


def one(cloud: Cloud, pipeline: str, number: int) -> Version:
    """One version by its number. Raises WrongUsage for one that AWS does not have."""
    found = _read(cloud, pipeline, number)
    if found is None:
        now = newest(cloud, pipeline).number
        raise WrongUsage(
            f"AWS has no version {number} of {pipeline}",
            hint=f"version {now} is in force;"
            f" {pipectl('history', '--definition')} lists those that there are",
        )
    return found


def versions(cloud: Cloud, pipeline: str, most: int) -> Iterator[Version]:
    """The versions downwards from the one in force, until AWS has no more."""
    now = newest(cloud, pipeline)
    yield now
    last = max(now.number - most, 0)
    for start in range(now.number - 1, last, -AT_ONCE):
        numbers = range(start, max(start - AT_ONCE, last), -1)
        for found in for_each(lambda number: _read(cloud, pipeline, number), numbers):
            if found is None:
                return
            yield found


def differences(before: Version, after: Version) -> list[Difference]:
    """What is otherwise in `after`; named parts are told by their names, and then their order."""
    ignored = {"version"}
    return list(
        _differences(
            "",
            _by_name({key: each for key, each in before.declaration.items() if key not in ignored}),
            _by_name({key: each for key, each in after.declaration.items() if key not in ignored}),
        )
    )


def _read(cloud: Cloud, pipeline: str, number: int) -> Version | None:
    answer = find(GONE, cloud, "codepipeline", "get_pipeline", name=pipeline, version=number)
    return _version(answer) if answer else None


def _version(answer: Mapping[str, Any]) -> Version:
    declaration = answer["pipeline"]
    return Version(declaration.get("version", 1), declaration, (answer.get("metadata") or {}).get("updated"))


def _by_name(value: Any, member: str = "") -> Any:
    """Lists of named parts as mappings, with the names in their order beside them; sets are sorted."""
    if isinstance(value, Mapping):
        return {key: _by_name(each, key) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        names = [each.get("name") if isinstance(each, Mapping) else None for each in value]
        if value and all(names) and len(set(names)) == len(names):
            parts = {
                name: _by_name({key: part for key, part in each.items() if key != "name"})
                for name, each in zip(names, value, strict=True)
            }
            return {**parts, "(order)": names} if len(names) > 1 else parts
        parts_ = [_by_name(each) for each in value]
        return parts_ if is_ordered("codepipeline", member) else sorted(parts_, key=str)
    return value


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before or {}, Mapping) and isinstance(after or {}, Mapping):
        parts = (before or {}, after or {})  # of a new part every value is told, and nothing that is empty
        for key in dict.fromkeys([*parts[0], *parts[1]]):
            yield from _differences(f"{path}.{key}" if path else key, parts[0].get(key), parts[1].get(key))
    elif before != after and (before or after):
        yield Difference(path, before, after)
