"""Fingerprints of plans: whether two are the same, without telling what stands in them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from pipectl.engine.values import EXECUTIONS, Action, Exactly, Ordered, Plan, State, Step

ANSWER = "aws"
"""The key of a state under which AWS's own answer stands, and of a spec's raw parameters."""
BESIDE = (ANSWER, EXECUTIONS)
"""What tells what runs: it changes by itself, and `create` asks about it when it is carried out."""
ROUNDS = 200_000
"""Of PBKDF2: a guess at a secret costs its reader as much time (OWASP, "Password Storage Cheat Sheet")."""


def desired(plans: Sequence[Plan], salt: bytes) -> str:
    """What the specs want of every resource, and what is done about it. Notes for people are left out."""
    return _digest(
        [
            [
                plan.stack,
                *step.resource.key,
                str(step.action),
                step.resource.managed,
                step.resource.stated,
                step.resource.initial,
                step.resource.request,
            ]
            for plan in plans
            for step in plan.steps
        ],
        salt,
    )


def found(plans: Sequence[Plan], salt: bytes) -> str:
    """What was read of everything that is to change, in the words of the spec, also what it does not state.

    AWS's own answers beside it tell what runs (tasks, events, moments): they change by themselves.
    """
    steps = [[plan.stack, *step.resource.key, _compared(step)] for plan in plans for step in plan.steps]
    orphans = [[plan.stack, *resource.key] for plan in plans for resource in plan.orphans]
    return _digest([*steps, *orphans], salt)


def _compared(step: Step) -> State | None:
    """What was read, without what belongs to another owner, as an image does to the pipeline.

    Of a mapping that the spec states, and of AWS's raw answer, only the stated parts are left.
    """
    if step.before is None or step.action is Action.KEEP:
        return None
    stated, initial = step.resource.stated, step.resource.initial
    ours = {key: value for key, value in step.before.items() if key not in {*initial, *BESIDE}}
    raw = {ANSWER: step.before.get(ANSWER)} if ANSWER in stated else {}
    return {key: _stated_part(stated.get(key), value) for key, value in {**ours, **raw}.items()}


def _stated_part(stated: Any, found: Any) -> Any:
    if not isinstance(stated, Mapping) or not isinstance(found, Mapping):
        return found
    keys = found if isinstance(stated, Exactly) else stated
    return {key: _stated_part(stated.get(key), found.get(key)) for key in keys}


def _digest(value: Any, salt: bytes) -> str:
    text = json.dumps(_canonical(value), sort_keys=True, ensure_ascii=True)
    return hashlib.pbkdf2_hmac("sha256", text.encode(), salt, ROUNDS).hex()


def _canonical(value: Any) -> Any:
    """Only what JSON knows. Lists are sorted, since AWS answers them in any order, but for `Ordered` ones."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, Ordered):
        return [_canonical(item) for item in value]
    if isinstance(value, AbstractSet | Sequence) and not isinstance(value, str | bytes):
        return sorted((_canonical(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, bool | int | float) or value is None else str(value)
