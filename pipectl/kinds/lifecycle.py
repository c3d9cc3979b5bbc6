"""ECR lifecycle policies: the two rules that the grammar has words for, and all others as ECR writes them."""

from collections.abc import Mapping
from typing import Any

from pipectl.engine.values import State

WORDS = frozenset({"keep_images", "untagged_days", "lifecycle_policy"})
"""The words of the spec that the policy is made of."""

UNTAGGED = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"}
ANY = {"tagStatus": "any", "countType": "imageCountMoreThan"}
FRIENDLY = {"keep_images": ANY, "untagged_days": UNTAGGED}
EXPIRE = {"type": "expire"}


def words(policy: Mapping[str, Any] | None) -> dict[str, Any]:
    """A policy as it was found: its rules, and what they mean in the two words of the grammar."""
    found = rules(policy or {})
    return {"lifecycle_policy": found, **_friendly(found)}


def rules(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rules by priority, without what is empty and what is only described."""
    ordered = sorted(policy.get("rules", []), key=lambda rule: rule.get("rulePriority", 0))
    return [{"selection": _selection(rule), "action": rule.get("action")} for rule in ordered]


def _selection(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value) if isinstance(value, list) else value
        for key, value in rule.get("selection", {}).items()
        if value not in (None, [])
    }


def _friendly(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers of the two rules; with any other rule both words differ from what is stated."""
    said: dict[str, Any] = {"keep_images": None, "untagged_days": None}
    for rule in found:
        selection = dict(rule["selection"])
        count = selection.pop("countNumber", None)
        word = next((word for word, known in FRIENDLY.items() if known == selection), None)
        if word is None or rule["action"] != EXPIRE:
            return {"keep_images": "other rules", "untagged_days": "other rules"}
        said[word] = count
    return said


def written(stated: State) -> list[dict[str, Any]]:
    """The rules to send. `any` has the highest priority number (user guide, "lifecycle policies")."""
    if "lifecycle_policy" in stated:
        return [{"rulePriority": number, **rule} for number, rule in enumerate(stated["lifecycle_policy"], 1)]
    asked: list[dict[str, Any]] = []
    if days := stated.get("untagged_days"):
        asked.append(_rule(f"untagged images expire after {days} days", UNTAGGED, days))
    if count := stated.get("keep_images"):
        asked.append(_rule(f"keep {count} images", ANY, count))
    return [{"rulePriority": number, **rule} for number, rule in enumerate(asked, 1)]


def _rule(description: str, selection: Mapping[str, Any], count: int) -> dict[str, Any]:
    return {"description": description, "selection": {**selection, "countNumber": count}, "action": EXPIRE}
