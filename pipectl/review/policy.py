"""The least policy for a spec: all that kinds and runs say they need, joined into few statements."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipectl import blame
from pipectl.aws.account import Account
from pipectl.aws.permissions import NO_RESOURCE, Condition, Need, Purpose
from pipectl.aws.policy_parts import document, parts
from pipectl.engine.values import Resource
from pipectl.kinds import KINDS, owned, pipeline, project, rule, service
from pipectl.runs import permissions as runs
from pipectl.spec.spec import Spec

INCLUDED = {Purpose.CREATE: Purpose.PLAN, Purpose.OPERATE: Purpose.STATUS}
"""`create` plans first, and whoever acts looks."""

ALWAYS = Condition("", "")

Statement = dict[str, Any]


def statements(spec: Spec, account: Account, purpose: Purpose) -> list[Statement]:
    """What must be allowed for a spec in an account; resources that are treated alike stand together."""
    for outer, inner in INCLUDED.items():
        purpose |= inner if outer in purpose else Purpose(0)
    wanted = [need for need in _needs(spec, account) if need.purpose & purpose]
    actions: dict[tuple[Condition, str], set[str]] = {}
    for need in wanted:
        actions.setdefault((need.condition or ALWAYS, need.resource), set()).add(need.action)
    resources: dict[tuple[Condition, tuple[str, ...]], list[str]] = {}
    for (condition, resource), named in sorted(actions.items()):
        resources.setdefault((condition, tuple(sorted(named))), []).append(resource)
    found = [_statement(named, arns, condition) for (condition, named), arns in resources.items()]
    return list(_numbered(sorted(found, key=lambda each: (each["Sid"], each["Resource"]))))


def joined(several: Iterable[Sequence[Statement]]) -> list[Statement]:
    """The statements of several specs, each Sid once."""
    plain = [{**each, "Sid": each["Sid"].rstrip("0123456789")} for one in several for each in one]
    return list(_numbered(each for number, each in enumerate(plain) if each not in plain[:number]))


def documents(allowed: Sequence[Statement]) -> list[dict[str, Any]]:
    """The statements in as few documents as fit into managed policies."""
    return [document(part) for part in parts(allowed)]


def _needs(spec: Spec, account: Account) -> Iterator[Need]:
    wanted = {resource.key: resource for kind in reversed(KINDS) for resource in kind.design(spec, account)}
    for kind in KINDS:
        for resource in wanted.values():
            if resource.kind == kind.name:
                yield from kind.permissions(account, resource)
    yield from owned.permissions()
    yield from blame.permissions()
    yield from _of_runs(list(wanted.values()), account)


def _of_runs(resources: Sequence[Resource], account: Account) -> Iterator[Need]:
    managed = [each for each in resources if each.managed]
    logs = runs.Logs(
        {each.name: _build_groups(each) for each in managed if each.kind == project.NAME},
        {_place(each): _task_groups(each) for each in managed if each.kind == service.NAME},
    )
    for each in resources:
        if each.kind == pipeline.NAME:
            declaration = each.request["declaration"] if each.managed else None
            yield from runs.permissions(account, each.name, declaration, logs)
        elif each.kind == rule.NAME:
            role = each.stated["targets"][rule.TARGET]["role"] if each.managed else None
            yield from runs.rule_permissions(account, each.name, role)


def _place(resource: Resource) -> tuple[str, str]:
    cluster, _, name = resource.name.partition("/")
    return cluster, name


def _build_groups(resource: Resource) -> list[str]:
    logs = (resource.request.get("logsConfig") or {}).get("cloudWatchLogs") or {}
    return [logs["groupName"]] if logs.get("groupName") else []


def _task_groups(resource: Resource) -> list[str]:
    containers = resource.request["task_definition"]["containerDefinitions"]
    options = [(each.get("logConfiguration") or {}).get("options") or {} for each in containers]
    return sorted({each["awslogs-group"] for each in options if "awslogs-group" in each})


def _statement(actions: Iterable[str], resources: list[str], condition: Condition) -> Statement:
    said: Statement = {"Sid": _sid(list(actions), resources[0], condition), "Effect": "Allow"}
    said |= {"Action": list(actions), "Resource": resources}
    if condition == ALWAYS:
        return said
    return {**said, "Condition": {condition.operator: {condition.key: condition.value}}}


WORDS = {"codecommit": "Repository", "codepipeline": "Pipeline", "s3": "Bucket"}
"""What stands behind these services in an ARN says no type; one with a `/` is a part."""
PARTS = {"codepipeline": "Parts", "s3": "Objects"}


def _sid(actions: Sequence[str], resource: str, condition: Condition) -> str:
    """`EcrRepository`, from the ARN; `PassRoleToCodebuild`; the one reason for `*`. A Sid is alphanumeric."""
    if resource == NO_RESOURCE:
        return "ActionsThatKnowNoResources"
    if condition.value.endswith(".amazonaws.com"):
        return f"{_camel(actions[0].partition(':')[2])}To{_camel(condition.value.partition('.')[0])}"
    service, _, _, part = resource.split(":", 5)[2:6]
    if service in WORDS:
        return _camel(service) + (PARTS.get(service, "") if "/" in part else WORDS[service])
    return _camel(service) + _camel(part.replace(":", "/").partition("/")[0])


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in text.split("-"))


def _numbered(found: Iterable[Statement]) -> Iterator[Statement]:
    """A Sid stands once in a policy (IAM user guide, "Sid")."""
    seen: dict[str, int] = {}
    for statement in found:
        sid = statement["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        yield statement if seen[sid] == 1 else {**statement, "Sid": f"{sid}{seen[sid]}"}
