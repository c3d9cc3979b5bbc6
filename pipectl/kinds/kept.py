"""What a role must go on allowing because the thing that it is for keeps a setting that the spec left out.

What does not stand in the spec stays as it is, and so must the permission for it: a project keeps its key,
its network and its secrets when their lines are deleted (API reference, UpdateProject: what is absent stays).
Nothing is added for what somebody wrote into the project by hand: only what the role allows already is kept.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import Resource, State
from pipectl.facts.calls import Call, build_calls
from pipectl.kinds import bucket, project, role
from pipectl.kinds.role import policies_of, role_arn, role_name, service_role
from pipectl.kinds.statements import statements
from pipectl.spec.spec import Spec

STAYING = ("cache", "vpcConfig", "fileSystemLocations", "secondarySources", "secondaryArtifacts")
NO_LOG = {"cloudWatchLogs": {"status": "DISABLED"}}
AWS_KEYS = ":alias/aws/"
"""Keys of AWS's own, which need no permission; CreateProject fills one in (its API reference)."""

Shape = Mapping[str, Any]


def with_kept(
    spec: Spec, account: Account, resources: Iterable[Resource], found: Mapping[tuple[str, str], State]
) -> tuple[Resource, ...]:
    """The resources, the roles of builds widened by what their projects keep.

    A bucket keeps no grant to another account that the spec names no more.
    """
    listed = tuple(bucket.without_old_grants(resource, found.get(resource.key)) for resource in resources)
    widened = dict(_widened(spec, account, listed, found))
    return tuple(widened.get(resource.key, resource) for resource in listed)


def _widened(
    spec: Spec, account: Account, resources: Iterable[Resource], found: Mapping[tuple[str, str], State]
) -> Iterator[tuple[tuple[str, str], Resource]]:
    by_key = {resource.key: resource for resource in resources}
    for resource in by_key.values():
        state = found.get(resource.key)
        made = by_key.get((role.NAME, role_name(spec, account, resource.name, project.PURPOSE)))
        if resource.kind != project.NAME or not resource.managed or state is None or made is None:
            continue
        if resource.request["serviceRole"] != role_arn(spec, account, resource.name, project.PURPOSE):
            continue
        wanted = set(build_calls(resource.request, account.place))
        has = allowed(found.get(made.key) or {})
        kept = [call for call in _kept_calls(account, resource, state["aws"]) if call not in wanted]
        calls = [call for call in kept if (call.action.lower(), call.resource) in has]
        if calls:
            said = [*policy_statements(made), *statements(calls)]
            yield (
                made.key,
                service_role(spec, account, resource.name, project.PURPOSE, "codebuild", said),
            )


def _kept_calls(account: Account, resource: Resource, found: Shape) -> tuple[Call, ...]:
    """The calls of what stays of a project beside its request; `found` is how CodeBuild describes it."""
    request = resource.request
    kept = {key: found[key] for key in STAYING if key not in request and found.get(key)}
    key = str(found.get("encryptionKey") or "")
    if "encryptionKey" not in request and key and AWS_KEYS not in f":{key}":
        kept["encryptionKey"] = key
    logs = found.get("logsConfig") or {}
    is_said = "s3Logs" in (request.get("logsConfig") or {})
    kept["logsConfig"] = {**NO_LOG, **({} if is_said else {"s3Logs": logs.get("s3Logs") or {}})}
    kept["environment"] = _environment(request["environment"], found.get("environment") or {})
    return build_calls({"name": resource.name, **kept}, account.place)


def _environment(wanted: Shape, found: Shape) -> dict[str, Any]:
    named = {each["name"] for each in wanted["environmentVariables"]}
    variables = [each for each in found.get("environmentVariables") or () if each["name"] not in named]
    credential = {} if "registryCredential" in wanted else found.get("registryCredential") or {}
    return {"environmentVariables": variables, "registryCredential": credential}


def allowed(state: Shape) -> set[tuple[str, str]]:
    """The actions on resources that the policy of a role allows, as it was found or as it is stated."""
    return {
        (action.lower(), resource)
        for statement in (state.get("policy") or {}).values()
        for action in statement.get("Action", ())
        for resource in statement.get("Resource", ())
    }


def policy_statements(made: Resource) -> list[dict[str, Any]]:
    """The statements of a role that is made."""
    policies = policies_of(made)
    texts = [policies.inline, *policies.managed.values()]
    return [statement for text in texts if text for statement in json.loads(text)["Statement"]]
