"""Whether the caller may do what the spec needs, as IAM simulates it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, for_each
from pipectl.command import pipectl
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, good, unseen, wrong
from pipectl.doctor._tools import permission_of
from pipectl.errors import AccessDenied, AwsError

TITLE = "permissions"
SHOWN = 4
"""Actions of a service that are named; the rest is counted."""


def check(case: Case) -> Iterator[Finding]:
    """Every statement of the spec's policy. Without a spec nobody has said what is wanted."""
    if not case.statements:
        return
    account = case.cloud.account
    who = account.caller.rpartition(":")[2]
    hint = f"{pipectl('policy', spec=case.spec_file)} prints what is needed"
    if account.caller.endswith(":root"):
        yield good(who, "may do everything")
        return
    if ":federated-user/" in account.caller:
        yield unseen(who, "not checked: IAM cannot simulate a federated user", hint)
        return
    try:
        source = _source(case.cloud, account.caller)
        found = for_each(partial(_refused, case.cloud, source), case.statements)
    except AccessDenied as error:
        permission = permission_of(error)
        yield unseen(who, f"not checked: AWS denies {permission}", hint, permission)
        return
    denied = sorted({action for actions in found for action in actions})
    if denied:
        yield wrong(who, f"may not {_listed(denied)}", hint)
    else:
        yield good(who, "may do what the spec needs")


def _source(cloud: Cloud, caller: str) -> str:
    """The user or role to simulate; an assumed role's ARN has lost its path (docs/aws/services.md, STS)."""
    if ":assumed-role/" not in caller:
        return caller
    name = caller.split("/")[1]
    return str(cloud.call("iam", "get_role", RoleName=name)["Role"]["Arn"])


def _refused(cloud: Cloud, source: str, statement: Mapping[str, Any]) -> list[str]:
    """The actions of a statement that the caller may not; one by one where IAM cannot simulate them together.

    "Actions require different authorization information" (API reference, SimulatePrincipalPolicy, inferred).
    """
    actions = list(statement["Action"])
    try:
        return _denied(cloud, source, statement)
    except AwsError as error:
        if error.code not in ("InvalidInput", "InvalidInputException") or len(actions) == 1:
            raise
    alone = [{**statement, "Action": [action]} for action in actions]
    return [action for found in for_each(partial(_denied, cloud, source), alone) for action in found]


def _denied(cloud: Cloud, source: str, statement: Mapping[str, Any]) -> list[str]:
    """The actions of a statement that are refused on one of its resources."""
    told: dict[str, Any] = {}
    found: list[str] = []
    while True:
        answer = cloud.call(
            "iam",
            "simulate_principal_policy",
            PolicySourceArn=source,
            ActionNames=list(statement["Action"]),
            ResourceArns=list(statement["Resource"]),
            ContextEntries=list(_context(statement)),
            **told,
        )
        results = answer["EvaluationResults"]
        found += [each["EvalActionName"] for each in results if each["EvalDecision"] != "allowed"]
        if not answer.get("IsTruncated"):
            return found
        told = {"Marker": answer["Marker"]}


def _context(statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for values in (statement.get("Condition") or {}).values():
        for key, value in values.items():
            yield {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}


def _listed(actions: list[str]) -> str:
    """By service: `ecs:CreateCluster, ecs:CreateService and 5 more; iam:PassRole`."""
    services: dict[str, list[str]] = {}
    for action in actions:
        services.setdefault(action.partition(":")[0], []).append(action)
    parts = [
        ", ".join(named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
        for named in services.values()
    ]
    return "; ".join(parts)
