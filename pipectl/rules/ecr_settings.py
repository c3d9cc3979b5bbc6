"""Settings of a repository that need or exclude each other: keys and encryption, lifecycle said twice."""

from collections.abc import Iterator
from typing import Any

from pipectl.kinds.repository import EcrRepository
from pipectl.rules._tools import error
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "ecr-settings"


def check(spec: Spec) -> Iterator[Problem]:
    """Encryption and lifecycle of every repository (API reference, CreateRepository, LifecyclePolicy)."""
    for name, block in spec.all(EcrRepository).items():
        if not block.managed:
            continue
        path = ("ecr", name)
        if block.kms_key and block.encryption not in ("KMS", "KMS_DSSE"):
            message = (
                f"a `kms_key` encrypts nothing with encryption {block.encryption or 'AES256, the default'}"
            )
            yield error(spec, (*path, "kms_key"), RULE, message, "write `encryption: KMS`")
        if block.lifecycle_policy is not None:
            yield from _lifecycle(spec, path, block, block.lifecycle_policy)


def _lifecycle(spec: Spec, path: Path, block: EcrRepository, policy: dict[str, Any]) -> Iterator[Problem]:
    for key in ("keep_images", "untagged_days"):
        if getattr(block, key) is not None:
            message = f"`{key}` and `lifecycle_policy` both say which images expire"
            yield error(spec, (*path, key), RULE, message, "take one of them out")
    here = (*path, "lifecycle_policy")
    rules = policy.get("rules")
    if not isinstance(rules, list) or not rules:
        yield error(spec, here, RULE, "a lifecycle policy has a list of `rules`", "as ECR writes it")
        return
    seen: set[int] = set()
    for number, rule in enumerate(rules):
        place = (*here, "rules", number)
        priority = rule.get("rulePriority") if isinstance(rule, dict) else None
        if not isinstance(priority, int) or isinstance(priority, bool) or priority < 1:
            message = "a lifecycle rule needs a `rulePriority`, a whole number from 1 on"
            yield error(spec, place, RULE, message, "the smallest number is looked at first")
        elif priority in seen:
            message = f"another rule has the priority {priority} already"
            yield error(spec, (*place, "rulePriority"), RULE, message, "each rule has a number of its own")
        if isinstance(priority, int):
            seen.add(priority)
        missing = [key for key in ("selection", "action") if isinstance(rule, dict) and key not in rule]
        for key in missing:
            yield error(spec, place, RULE, f"a lifecycle rule needs `{key}`", "as ECR writes it")
