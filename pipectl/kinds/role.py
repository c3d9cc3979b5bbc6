"""IAM roles with least privilege; which ones exist, the kinds that need them say."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.aws.policy import canonical, document
from pipectl.engine.values import Resource, State, Step, exactly
from pipectl.errors import AwsError
from pipectl.kinds import names
from pipectl.kinds.kind import OUR_TAGS, Kind, Wanted, listed, mapped, no_design, tag_changes, tags
from pipectl.spec.spec import Spec

NAME = "iam role"
POLICY = "pipectl"
"""The one inline policy of a role that pipectl makes."""

MISSING = ("NoSuchEntity", "NoSuchEntityException")


def role_name(spec: Spec, account: Account, owner: str, purpose: str) -> str:
    """The name of the role of a pipeline, project or service (`owner`)."""
    return names.role(spec.name, account.region, owner, purpose)


def role_arn(spec: Spec, account: Account, owner: str, purpose: str) -> str:
    """The ARN of the role that service_role makes for the same owner and purpose."""
    return account.arn("iam", f"role/pipectl/{spec.name}/{role_name(spec, account, owner, purpose)}")


def service_role(
    spec: Spec,
    account: Account,
    owner: str,
    purpose: str,
    service: str,
    statements: Iterable[Mapping[str, Any]],
) -> Resource:
    """The role that an AWS service takes on for the owner; `service` is its principal, as `codebuild`."""
    policy = document(statements)
    trust = _trust(service, account)
    stated: dict[str, Any] = {
        "path": f"/pipectl/{spec.name}/",
        "trust": exactly(canonical(trust)),
        "policy": exactly(canonical(policy)),
        "tags": tags(spec),
    }
    if spec.permissions_boundary:
        stated["permissions_boundary"] = spec.permissions_boundary
    request = {"policy": policy, "trust": trust, "description": f"What {owner} may do, made by pipectl"}
    return Resource(NAME, role_name(spec, account, owner, purpose), stated, request=request)


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
    return {
        name: _words(role["Role"], policies.get(name)) for name, role in roles.items() if role is not None
    }


def _role(cloud: Cloud, name: str) -> dict[str, Any] | None:
    return find(MISSING, cloud, "iam", "get_role", RoleName=name)


def _policy(cloud: Cloud, name: str) -> dict[str, Any] | None:
    return find(MISSING, cloud, "iam", "get_role_policy", RoleName=name, PolicyName=POLICY)


def _words(role: Mapping[str, Any], policy: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "path": role["Path"],
        "trust": canonical(role["AssumeRolePolicyDocument"]),
        "policy": canonical(policy["PolicyDocument"]) if policy else None,
        "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": mapped(role.get("Tags"), "Key", "Value"),
    }


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the role, then give it its policy."""
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
    _put_policy(cloud, resource)


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
    if step.changes("policy"):
        _put_policy(cloud, resource)
    if step.changes("permissions_boundary"):
        boundary = resource.stated["permissions_boundary"]
        cloud.call(
            "iam", "put_role_permissions_boundary", RoleName=resource.name, PermissionsBoundary=boundary
        )
    if changed := tag_changes(step):
        cloud.call("iam", "tag_role", RoleName=resource.name, Tags=listed(changed, "Key", "Value"))


def _put_policy(cloud: Cloud, resource: Resource) -> None:
    cloud.call(
        "iam",
        "put_role_policy",
        RoleName=resource.name,
        PolicyName=POLICY,
        PolicyDocument=resource.request["policy"],
    )


def delete(cloud: Cloud, step: Step) -> None:
    """Take our policy away, then the role. Says what others have put on it when that holds it."""
    name = step.resource.name
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
    cloud.call("iam", "untag_role", RoleName=step.resource.name, TagKeys=OUR_TAGS)


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
    looks = ("iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole")
    yield from needs(Purpose.DESTROY, arns, *looks)


KIND = Kind(
    NAME,
    no_design,
    read,
    create,
    update,
    fixed={"path": "IAM cannot move a role: delete it, or name a role of your own with `role:`"},
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
