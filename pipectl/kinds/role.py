"""IAM roles with least privilege; which ones exist, the kinds that need them say."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, for_each, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.aws.policy import canonical, joined
from pipectl.engine.values import Obstacle, Resource, State, Step, exactly
from pipectl.errors import AwsError
from pipectl.kinds import names, role_policies
from pipectl.kinds.kind import OUR_TAGS, Kind, Wanted, listed, mapped, no_design, tag_changes, tags
from pipectl.kinds.role_policies import MISSING, PARTS_TAG, POLICY, Policies, parts_of
from pipectl.spec.spec import Spec

NAME = "iam role"


def role_name(spec: Spec, account: Account, owner: str, purpose: str) -> str:
    """The name of the role of a pipeline, project or service (`owner`)."""
    return names.role(spec.name, account.region, owner, purpose, spec.role_prefix)


def role_path(spec: Spec) -> str:
    """The IAM path of the roles that pipectl makes for a stack."""
    return spec.role_path or f"/pipectl/{spec.name}/"


def role_arn(spec: Spec, account: Account, owner: str, purpose: str) -> str:
    """The ARN of the role that service_role makes for the same owner and purpose."""
    return account.arn("iam", f"role{role_path(spec)}{role_name(spec, account, owner, purpose)}")


def service_role(
    spec: Spec,
    account: Account,
    owner: str,
    purpose: str,
    service: str,
    statements: Iterable[Mapping[str, Any]],
) -> Resource:
    """The role that an AWS service takes on for the owner; `service` is its principal, as `codebuild`."""
    name = role_name(spec, account, owner, purpose)
    policies = role_policies.split(name, joined(statements))
    trust = _trust(service, account)
    parts = {PARTS_TAG: str(len(policies.managed) + 1)} if policies.managed else {}
    stated: dict[str, Any] = {
        "path": role_path(spec),
        "trust": exactly(canonical(trust)),
        "policy": exactly(role_policies.meaning(policies)),
        "tags": {**tags(spec), **parts},
    }
    if spec.permissions_boundary:
        stated["permissions_boundary"] = spec.permissions_boundary
    request = {
        "policy": policies.inline,
        "policies": policies.managed,
        "trust": trust,
        "description": f"What {owner} may do, made by pipectl",
    }
    return Resource(NAME, name, stated, request=request)


def policies_of(resource: Resource) -> Policies:
    """The policies of a role that is made."""
    return Policies(resource.request["policy"], resource.request["policies"])


def conflict(step: Step) -> Obstacle | None:
    """Permissions that no role takes."""
    if not step.resource.managed or "policies" not in step.resource.request:
        return None
    return role_policies.obstacle(step.resource.name, policies_of(step.resource))


GUARDED = frozenset({"ecs-tasks", "events"})
"""Services that document `aws:SourceAccount` for every AssumeRole. CodePipeline and CodeBuild do not promise
it, and a condition that is never met looks like a role that never becomes usable (docs/aws/services.md, IAM).
"""


def _trust(service: str, account: Account) -> str:
    statement: dict[str, Any] = {
        "Sid": "Assume",
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if service in GUARDED:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account.id}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Trust, policy and tags of each role; GetRole and GetRolePolicy side by side."""
    roles, policies = side_by_side([
        partial(by_name, _role, cloud, wanted),
        partial(by_name, _policy, cloud, [name for name in wanted if "policy" in wanted[name]]),
    ])  # fmt: skip
    found = {name: role["Role"] for name, role in roles.items() if role is not None}
    split = [name for name, role in found.items() if name in policies and parts_of(_tags(role)) > 1]
    managed = dict(zip(split, for_each(lambda name: _managed(cloud, found[name]), split), strict=True))
    return {
        name: _words(role, Policies(_inline(policies.get(name)), managed.get(name, {})))
        for name, role in found.items()
    }


def _tags(role: Mapping[str, Any]) -> dict[str, str]:
    return mapped(role.get("Tags"), "Key", "Value")


def _managed(cloud: Cloud, role: Mapping[str, Any]) -> dict[str, str]:
    return role_policies.read(cloud, role["RoleName"], role["Path"], parts_of(_tags(role)))


def _inline(policy: Mapping[str, Any] | None) -> str | None:
    document = policy["PolicyDocument"] if policy else None
    return document if document is None or isinstance(document, str) else json.dumps(document)


def _role(cloud: Cloud, name: str) -> dict[str, Any] | None:
    return find(MISSING, cloud, "iam", "get_role", RoleName=name)


def _policy(cloud: Cloud, name: str) -> dict[str, Any] | None:
    return find(MISSING, cloud, "iam", "get_role_policy", RoleName=name, PolicyName=POLICY)


def _words(role: Mapping[str, Any], policies: Policies) -> dict[str, Any]:
    return {
        "path": role["Path"],
        "trust": canonical(role["AssumeRolePolicyDocument"]),
        "policy": role_policies.meaning(policies),
        "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": _tags(role),
    }


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the role, then give it its policies."""
    params: dict[str, Any] = {
        "RoleName": resource.name,
        "Path": resource.stated["path"],
        "AssumeRolePolicyDocument": resource.request["trust"],
        "Description": resource.request["description"],
        "Tags": listed(resource.stated["tags"], "Key", "Value"),
    }
    if boundary := resource.stated.get("permissions_boundary"):
        params["PermissionsBoundary"] = boundary
    cloud.call("iam", "create_role", **params)
    _write_policies(cloud, resource, before=0)


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs; policies that others attached stay."""
    resource = step.resource
    if step.changes("trust"):
        cloud.call(
            "iam",
            "update_assume_role_policy",
            RoleName=resource.name,
            PolicyDocument=resource.request["trust"],
        )
    parts = parts_of((step.before or {}).get("tags") or {})
    wanted = parts_of(resource.stated["tags"])
    if wanted > parts:  # said first, so that a run that is cut off leaves no policy that nobody looks for
        cloud.call("iam", "tag_role", RoleName=resource.name, Tags=[{"Key": PARTS_TAG, "Value": str(wanted)}])
    if step.changes("policy"):
        _write_policies(cloud, resource, before=parts)
    if step.changes("permissions_boundary"):
        boundary = resource.stated["permissions_boundary"]
        cloud.call(
            "iam", "put_role_permissions_boundary", RoleName=resource.name, PermissionsBoundary=boundary
        )
    if changed := {
        key: text for key, text in tag_changes(step).items() if key != PARTS_TAG or wanted <= parts
    }:
        cloud.call("iam", "tag_role", RoleName=resource.name, Tags=listed(changed, "Key", "Value"))
    if wanted == 1 < parts:
        cloud.call("iam", "untag_role", RoleName=resource.name, TagKeys=[PARTS_TAG])


def _write_policies(cloud: Cloud, resource: Resource, before: int) -> None:
    path, stated_tags = resource.stated["path"], resource.stated["tags"]
    role_policies.write(cloud, resource.name, path, policies_of(resource), stated_tags, before)


def delete(cloud: Cloud, step: Step) -> None:
    """Take our policy away, then the role. Says what others have put on it when that holds it."""
    name = step.resource.name
    before = step.before or {}
    parts = parts_of(before.get("tags") or {})
    if parts > 1:
        role_policies.remove(cloud, name, str(before.get("path")), 1, parts)
    find(MISSING, cloud, "iam", "delete_role_policy", RoleName=name, PolicyName=POLICY)
    try:
        find(MISSING, cloud, "iam", "delete_role", RoleName=name)
    except AwsError as error:
        if error.code not in CONFLICT:
            raise
        hint = f"take away what others put on it first: {_put_on(cloud, name)}"
        raise AwsError(error.service, error.operation, error.code, error.said, hint=hint) from error


CONFLICT = ("DeleteConflict", "DeleteConflictException")


def _put_on(cloud: Cloud, name: str) -> str:
    """The policies and instance profiles that keep a role from being deleted (API reference, DeleteRole)."""
    inline, attached, profiles = side_by_side([
        partial(cloud.call, "iam", "list_role_policies", RoleName=name),
        partial(cloud.call, "iam", "list_attached_role_policies", RoleName=name),
        partial(cloud.call, "iam", "list_instance_profiles_for_role", RoleName=name),
    ])  # fmt: skip
    parts = [
        *inline["PolicyNames"],
        *(each["PolicyArn"] for each in attached["AttachedPolicies"]),
        *(each["InstanceProfileName"] for each in profiles["InstanceProfiles"]),
    ]
    return ", ".join(parts) or "nothing was found now, so run it again"


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    before = step.before or {}
    parts = parts_of(before.get("tags") or {})
    role_policies.release(cloud, step.resource.name, str(before.get("path")), parts)
    keys = [*OUR_TAGS, PARTS_TAG] if parts > 1 else OUR_TAGS
    cloud.call("iam", "untag_role", RoleName=step.resource.name, TagKeys=keys)


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS Identity and Access Management."""
    arns = [account.arn("iam", f"role{resource.stated['path']}{resource.name}")]
    # Of a role that is not there yet IAM knows the name only, and no path (inferred).
    named = [*arns, account.arn("iam", f"role/{resource.name}")]
    yield from needs(Purpose.PLAN, named, "iam:GetRolePolicy")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, named, "iam:GetRole")
    makes = ("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:TagRole")
    yield from needs(Purpose.CREATE, arns, *makes)
    if "permissions_boundary" in resource.stated:
        yield from needs(Purpose.CREATE, arns, "iam:PutRolePermissionsBoundary")
    yield from needs(Purpose.DESTROY, arns, "iam:DeleteRolePolicy", "iam:DeleteRole", "iam:UntagRole")
    yield from _of_managed(account, resource, named)
    looks = ("iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole")
    yield from needs(Purpose.DESTROY, arns, *looks)


def _of_managed(account: Account, resource: Resource, roles: list[str]) -> Iterable[Need]:
    policies = [
        account.arn("iam", f"policy{resource.stated['path']}{name}") for name in resource.request["policies"]
    ]
    if not policies:
        return
    both = Purpose.PLAN | Purpose.DESTROY
    yield from needs(both, roles, "iam:ListAttachedRolePolicies")
    yield from needs(both, policies, "iam:GetPolicy", "iam:GetPolicyVersion")
    yield from needs(Purpose.CREATE, policies, "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:TagPolicy")
    yield from needs(
        Purpose.CREATE | Purpose.DESTROY, policies, "iam:ListPolicyVersions", "iam:DeletePolicyVersion"
    )
    yield from needs(Purpose.CREATE, roles, "iam:AttachRolePolicy")
    yield from needs(Purpose.CREATE | Purpose.DESTROY, roles, "iam:DetachRolePolicy", "iam:UntagRole")
    yield from needs(Purpose.CREATE | Purpose.DESTROY, policies, "iam:DeletePolicy")
    yield from needs(Purpose.DESTROY, policies, "iam:UntagPolicy")


KIND = Kind(
    NAME,
    no_design,
    read,
    create,
    update,
    fixed={
        "path": "IAM cannot move a role: keep `role_path`, state another `role_prefix` too for new roles,"
        " or name a role of your own with `role:`"
    },
    conflict=conflict,
    delete=delete,
    release=release,
    permissions=permissions,
    events=(
        "PutRolePolicy",
        "DeleteRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "UpdateAssumeRolePolicy",
        "DeleteRole",
    ),
)
