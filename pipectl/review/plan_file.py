"""A plan that is kept in a file, to be carried out later exactly as it was shown, or not at all.

The file has no values of the environment: it names where they come from, and they are read again. Two salted
digests, at each of which a guess takes long, tell whether they, the specs and AWS are the same as before.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pipectl.engine import fingerprint
from pipectl.engine.values import Difference, Plan, Step
from pipectl.errors import StalePlan, WrongUsage
from pipectl.facts.secret_names import MASKED
from pipectl.render.document import document
from pipectl.render.secrets import masked
from pipectl.render.text import plain

FORMAT = 1
"""Of the file; another number is another format."""
SHORTEST = 4
"""Letters of a value that is cut out of longer texts; a shorter one is hidden only where it stands alone."""
MOST_TOLD = 5
"""Resources that an error names."""
_REFERENCE = re.compile(r"\$\{(?P<form>env|var):(?P<name>[A-Za-z_][\w.-]*)")

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a plan is carried out. `endpoint` is None for AWS's own, and `local` for the local AWS."""

    endpoint: str | None
    accounts: Sequence[str]
    regions: Sequence[str]


@dataclass(frozen=True)
class Sources:
    """The specs of a plan: their texts by file, and the values that they may refer to."""

    texts: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> list[dict[str, str]]:
        """Each file with the SHA-256 of its text."""
        return [
            {"file": file, "sha256": sha256(text.encode()).hexdigest()} for file, text in self.texts.items()
        ]

    @property
    def references(self) -> dict[str, str]:
        """`${env:NAME}` and `${var:NAME}` of the specs, each with its value, where it has one."""
        values = {"env": self.environment, "var": self.variables}
        found = {
            f"${{{match['form']}:{match['name']}}}": values[match["form"]].get(match["name"], "")
            for text in self.texts.values()
            for match in _REFERENCE.finditer(text)
        }
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def plan_file(plans: Sequence[Plan], sources: Sources, place: Place, version: str, now: datetime) -> str:
    """The text of the file."""
    salt = secrets.token_bytes(16)
    data = {
        "plan": FORMAT,
        "pipectl": version,
        "created": now.astimezone(UTC).isoformat(timespec="seconds"),
        "endpoint": place.endpoint,
        "specs": sources.digests,
        "values": sorted(sources.references),
        "stacks": [_stack(plan, sources.references) for plan in plans],
        "salt": salt.hex(),
        "desired": fingerprint.desired(plans, salt),
        "found": fingerprint.found(plans, salt),
    }
    return document(data, "json") + "\n"


def _stack(plan: Plan, references: Mapping[str, str]) -> dict[str, Any]:
    return {
        "stack": plan.stack,
        "account": plan.account,
        "region": plan.region,
        "steps": [_step(step, references) for step in plan.steps],
        "orphans": [{"kind": each.kind, "name": each.name} for each in plan.orphans],
    }


def _step(step: Step, references: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": step.resource.kind,
        "name": step.resource.name,
        "action": str(step.action),
        "differences": [_difference(each, references) for each in step.differences],
    }


def _difference(difference: Difference, references: Mapping[str, str]) -> dict[str, Any]:
    """One difference without values of the environment: what stood there before was probably one too."""
    path, before = difference.path, difference.before
    after = _referring(difference.after, references)
    if after != difference.after and before is not None:
        before = MASKED
    return {
        "path": path,
        "before": masked(path, _referring(before, references)),
        "after": masked(path, after),
    }


def _referring(value: Any, references: Mapping[str, str]) -> Any:
    """The value with the references in place of what they stand for."""
    if isinstance(value, Mapping):
        return {key: _referring(item, references) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_referring(item, references) for item in value]
    if not isinstance(value, str):
        return value
    for reference, secret in references.items():
        if secret and (value == secret or len(secret) >= SHORTEST):
            value = value.replace(secret, reference)
    return value


def read(text: str, name: str, version: str) -> Document:
    """A kept plan. Raises WrongUsage for what is none, and for one of another version of pipectl."""
    again = "make it again with `plan --out`"
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict) or "plan" not in data:
        raise WrongUsage(f"{name} is not a plan of pipectl", hint=again)
    if data["plan"] != FORMAT or data.get("pipectl") != version:
        other = plain(str(data.get("pipectl")))
        raise WrongUsage(f"{name} is of pipectl {other}, and this is pipectl {version}", hint=again)
    if not _is_whole(data):
        raise WrongUsage(f"{name} is not whole: it was changed or cut off", hint=again)
    return data


def _is_whole(data: Document) -> bool:
    """Whether everything is there that is used."""
    forms: Mapping[str, type] = {"specs": list, "stacks": list, "salt": str, "desired": str, "found": str}
    if not all(isinstance(data.get(key), form) for key, form in forms.items()) or "endpoint" not in data:
        return False
    try:
        bytes.fromhex(data["salt"])
        specs = [(str(spec["file"]), spec["sha256"]) for spec in data["specs"]]
        keys = ("stack", "account", "region", "orphans")
        stacks = [[stack[key] for key in keys] for stack in data["stacks"]]
        steps = [_key(stack, step) for stack in data["stacks"] for step in stack["steps"]]
    except (KeyError, TypeError, ValueError):
        return False
    return bool(specs and stacks) and all(all(map(str, step)) for step in steps)


def _key(stack: Document, step: Document) -> tuple[str, str, str]:
    step["action"], step["differences"]
    return stack["stack"], step["kind"], step["name"]


def refuse_other_place(kept: Document, place: Place, name: str) -> None:
    """Raise StalePlan when it would be carried out elsewhere than it was made for."""
    made = Place(
        kept["endpoint"],
        [stack["account"] for stack in kept["stacks"]],
        [stack["region"] for stack in kept["stacks"]],
    )
    for what, before, now in (
        ("endpoint", [made.endpoint or "AWS"], [place.endpoint or "AWS"]),
        ("account", made.accounts, place.accounts),
        ("Region", made.regions, place.regions),
    ):
        if list(before) != list(now):
            raise StalePlan(
                f"{name} was made for {what} {_list(before)}, and this is {_list(now)}; nothing was written",
                hint="use the credentials, Region and endpoint with which it was made",
            )


def _list(values: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(plain(str(value)) for value in values))


def refuse_other_specs(kept: Document, sources: Sources, name: str, again: str) -> None:
    """Raise StalePlan when a spec is not as it was."""
    before = sorted(spec["sha256"] for spec in kept["specs"])
    changed = [spec["file"] for spec in sources.digests if spec["sha256"] not in before]
    if changed:
        told = f"{_list(changed)} changed after {name} was made; nothing was written"
        raise StalePlan(told, hint=f"look at it again: {again}")
    if len(before) != len(sources.digests):
        files = _list([spec["file"] for spec in kept["specs"]])
        raise StalePlan(
            f"{name} was made of {files}; nothing was written", hint="name the same specs, or none"
        )


def refuse_changed(kept: Document, plans: Sequence[Plan], sources: Sources, name: str, again: str) -> None:
    """Raise StalePlan when the plan of now is another one than the kept."""
    salt = bytes.fromhex(kept["salt"])
    is_same = fingerprint.desired(plans, salt) == kept["desired"]
    was_found = fingerprint.found(plans, salt) == kept["found"]
    if is_same and was_found:
        return
    when = f"{name} was made {plain(str(kept.get('created')))}"
    stacks = [_stack(plan, sources.references) for plan in plans]
    if _pending(kept["stacks"]) and not _pending(stacks):
        raise StalePlan(
            f"{when} and was carried out already: nothing is left to change, and nothing was written",
            hint=f"{again} shows the state of now",
        )
    because = "AWS has changed since" if is_same or not was_found else "a value of the spec has changed since"
    lines = _changes(kept["stacks"], stacks)
    more = [f"and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    listed = "".join(f"\n  {line}" for line in [*lines[:MOST_TOLD], *more])
    raise StalePlan(f"{when}, and {because}; nothing was written{listed}", hint=f"look at it again: {again}")


def _pending(stacks: Sequence[Document]) -> bool:
    return any(step["action"] != "keep" for stack in stacks for step in stack["steps"])


def _changes(before: Sequence[Document], now: Sequence[Document]) -> list[str]:
    """Each resource about which the two plans say something else; empty when only hidden values differ."""
    old, new = _steps(before), _steps(now)
    lines = []
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            was, is_now = (_told(steps.get(key)) for steps in (old, new))
            text = f"was `{was}`, is now `{is_now}`" if was != is_now else "other values"
            lines.append(f"{key[1]} {plain(key[2])}: {text}")
    return lines


def _steps(stacks: Sequence[Document]) -> dict[tuple[str, str, str], Any]:
    """Every step in JSON's own types, so that what was read from a file compares with what was not."""
    return {
        _key(stack, step): json.loads(document(step, "json")) for stack in stacks for step in stack["steps"]
    }


def _told(step: Document | None) -> str:
    return "not there" if step is None else "no changes" if step["action"] == "keep" else str(step["action"])
