"""Policies of ECR repositories that ECR refuses (user guide, "repository-policies")."""

from collections.abc import Iterator
from typing import Any

from pipectl.kinds.repository import EcrRepository
from pipectl.rules._policy import flaws
from pipectl.rules._tools import error
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "repository-policy"
KEYS = ("Version", "Id", "Statement")
VERSIONS = ("2012-10-17", "2008-10-17")


def check(spec: Spec) -> Iterator[Problem]:
    """`policy` of every repository."""
    for name, block in spec.all(EcrRepository).items():
        if block.managed and block.policy is not None:
            yield from _policy(spec, ("ecr", name, "policy"), block.policy)


def _policy(spec: Spec, path: Path, policy: dict[str, Any]) -> Iterator[Problem]:
    for key in policy:
        if key not in KEYS:
            hint = did_you_mean(str(key), KEYS) or f"it has {', '.join(KEYS)}"
            yield error(spec, (*path, key), RULE, f"a policy has no {shown(str(key))}", hint)
    if "Version" in policy and str(policy["Version"]) not in VERSIONS:
        message = f"there is no policy version {shown(str(policy['Version']))}"
        yield error(spec, (*path, "Version"), RULE, message, f'write `Version: "{VERSIONS[0]}"`')
    statements = policy.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    if not listed or not all(isinstance(each, dict) for each in listed):
        yield error(spec, (*path, "Statement"), RULE, "a policy has a list of statements under `Statement`")
        return
    for number, statement in enumerate(listed):
        here = (*path, "Statement", number) if isinstance(statements, list) else (*path, "Statement")
        for flaw in flaws(here, statement, of_resource=True):
            yield error(spec, flaw.path, RULE, flaw.message, flaw.hint)
