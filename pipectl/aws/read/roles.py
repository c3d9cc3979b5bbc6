"""Whom a role trusts, read from its trust document, and what its policies allow, as IAM simulates it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from pipectl.aws.cloud import Cloud, find

MISSING = ("NoSuchEntity", "NoSuchEntityException")


def role(cloud: Cloud, arn: str) -> Mapping[str, Any] | None:
    """The role of an ARN; None when it is not there."""
    answer = find(MISSING, cloud, "iam", "get_role", RoleName=arn.rpartition("/")[2])
    return answer["Role"] if answer else None


def trusts(found: Mapping[str, Any], principal: str, account: str) -> bool:
    """Whether a service may take a role on (IAM user guide, "trust policies").

    Of the conditions only `aws:SourceAccount` is looked at: the others depend on the request.
    """
    allowed = [each for each in _statements(found["AssumeRolePolicyDocument"]) if _names(each, principal)]
    effects = {each["Effect"] for each in allowed if _of_account(each, account)}
    return effects == {"Allow"}


def may(cloud: Cloud, arn: str, action: str, resource: str) -> bool:
    """Whether a role's policies allow an action (API reference, SimulatePrincipalPolicy)."""
    answer = cloud.call(
        "iam",
        "simulate_principal_policy",
        PolicySourceArn=arn,
        ActionNames=[action],
        ResourceArns=[resource],
    )
    return all(each["EvalDecision"] == "allowed" for each in answer["EvaluationResults"])


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    """boto3 hands the document over as a mapping; where it does not, it is URL-encoded JSON."""
    parsed = json.loads(unquote(document)) if isinstance(document, str) else document
    yield from _listed(parsed.get("Statement"))


def _names(statement: Mapping[str, Any], principal: str) -> bool:
    named = statement.get("Principal")
    services = _listed(named.get("Service")) if isinstance(named, Mapping) else _listed(named)
    actions = {str(action).lower() for action in _listed(statement.get("Action"))}
    return principal in services and not actions.isdisjoint({"sts:assumerole", "sts:*", "*"})


def _of_account(statement: Mapping[str, Any], account: str) -> bool:
    for values in (statement.get("Condition") or {}).values():
        for key, wanted in values.items():
            if key.lower() == "aws:sourceaccount" and account not in map(str, _listed(wanted)):
                return False
    return True


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
