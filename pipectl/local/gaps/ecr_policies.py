"""ECR: how policies of repositories come back.

Recorded in radkawar/stackd, testdata/aws/ecr (deny_policy_set, lifecycle_get).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World


def written(policy: dict[str, Any]) -> str:
    """A policy of a repository in the writing of ECR; a list of one member is that member"""
    return _text(_policy(policy), "")


def never_evaluated(_world: World, _request: Request, answered: Answer) -> Answer:
    """A lifecycle policy that has not been evaluated yet says 0"""
    return answered.with_json({**answered.json(), "lastEvaluatedAt": 0.0})


def _policy(policy: dict[str, Any]) -> dict[str, Any]:
    """Statements stay a list; in them a list of one member becomes the member"""
    statements = policy.get("Statement", [])
    rows = statements if isinstance(statements, list) else [statements]
    return {**policy, "Statement": [_single(row) for row in rows]}


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _single(part) for name, part in value.items()}
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _text(value: Any, indent: str) -> str:
    """JSON with a blank before each colon, members on lines of their own and lists on one line"""
    deeper = f"{indent}  "
    if isinstance(value, dict) and value:
        rows = ",\n".join(
            f"{deeper}{json.dumps(name)} : {_text(part, deeper)}" for name, part in value.items()
        )
        return f"{{\n{rows}\n{indent}}}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(_text(part, indent) for part in value)} ]"
    return json.dumps(value, ensure_ascii=False)
