"""What a role allows: one inline policy, and managed policies for what is too large for it.

A role whose policy is split has a tag that says how many parts there are; a role without it is read with no
more calls.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.aws import policy_parts
from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.aws.policy import canonical
from pipectl.engine.values import Obstacle
from pipectl.kinds.kind import OUR_TAGS, listed

POLICY = "pipectl"
"""The one inline policy of a role that pipectl makes."""

PARTS_TAG = "pipectl:policies"
"""How many policies a role's statements are split into; only on roles whose statements are split."""

MISSING = ("NoSuchEntity", "NoSuchEntityException")

VERSIONS = 5
"""Versions that IAM keeps of a managed policy (IAM user guide, quotas)."""


@dataclass(frozen=True)
class Policies:
    """The documents of a role: the inline one, and the managed ones by their names."""

    inline: str | None
    managed: Mapping[str, str]


def split(role: str, statements: Sequence[Mapping[str, Any]]) -> Policies:
    """The statements of a role in its policies."""
    if not statements:
        return Policies(None, {})
    first, *others = [_text(part) for part in policy_parts.parts(statements, policy_parts.INLINE)]
    return Policies(first, {part_name(role, number): text for number, text in enumerate(others, 2)})


def _text(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(policy_parts.document(statements), separators=(",", ":"))


def part_name(role: str, number: int) -> str:
    """The name of the managed policy with a part of a role's statements; the first part is inline."""
    return f"{role}-{number}"


def meaning(policies: Policies) -> dict[str, Any] | None:
    """All statements by their Sids, wherever they stand; None when there are none."""
    documents = [text for text in (policies.inline, *policies.managed.values()) if text]
    found = [canonical(text) or {} for text in documents]
    return {sid: statement for one in found for sid, statement in one.items()} if found else None


def obstacle(role: str, policies: Policies) -> Obstacle | None:
    """Why IAM would refuse the policies of a role, before anything is sent; None when it takes them."""
    hint = "name a role of your own with `role:`, shorten `statements`, or split the pipeline"
    if len(policies.managed) > policy_parts.ATTACHED:
        count = len(policies.managed) + 1
        message = (
            f"the permissions of {role} need {count} policies, and a role takes {policy_parts.ATTACHED + 1}"
        )
        return Obstacle(message, hint)
    sizes = [(len(policies.inline or ""), policy_parts.INLINE)]
    sizes += [(len(text), policy_parts.MANAGED) for text in policies.managed.values()]
    for length, limit in sizes:
        if length > limit:
            message = f"a statement of {role} has {length} characters, and a policy takes {limit}"
            return Obstacle(message, hint)
    return None


def parts_of(tags: Mapping[str, str]) -> int:
    """How many policies a role has, by its tags."""
    text = tags.get(PARTS_TAG, "1")
    return int(text) if text.isdigit() else 1


def read(cloud: Cloud, role: str, path: str, parts: int) -> dict[str, str]:
    """The managed policies of a role that are attached to it, by their names."""
    answer = find(MISSING, cloud, "iam", "list_attached_role_policies", RoleName=role)
    attached = {each["PolicyName"] for each in (answer or {}).get("AttachedPolicies") or ()}
    names = [name for number in range(2, parts + 1) if (name := part_name(role, number)) in attached]
    texts = for_each(lambda name: _document(cloud, arn(cloud, path, name)), names)
    return {name: text for name, text in zip(names, texts, strict=True) if text is not None}


def arn(cloud: Cloud, path: str, name: str) -> str:
    """The ARN of a managed policy of the account."""
    return cloud.account.arn("iam", f"policy{path}{name}")


def _document(cloud: Cloud, policy: str) -> str | None:
    answer = find(MISSING, cloud, "iam", "get_policy", PolicyArn=policy)
    if answer is None:
        return None
    version = answer["Policy"]["DefaultVersionId"]
    document = cloud.call("iam", "get_policy_version", PolicyArn=policy, VersionId=version)
    found = document["PolicyVersion"]["Document"]
    return found if isinstance(found, str) else json.dumps(found)


def write(
    cloud: Cloud, role: str, path: str, policies: Policies, tags: Mapping[str, str], before: int
) -> None:
    """Put the policies on a role, and take away what it has of `before` parts; 0 parts for a new role."""
    for name, text in policies.managed.items():
        _put(cloud, path, name, text, tags)
        cloud.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn(cloud, path, name))
    if policies.inline is None and before:
        find(MISSING, cloud, "iam", "delete_role_policy", RoleName=role, PolicyName=POLICY)
    elif policies.inline:
        cloud.call("iam", "put_role_policy", RoleName=role, PolicyName=POLICY, PolicyDocument=policies.inline)
    remove(cloud, role, path, len(policies.managed) + 1, before)


def _put(cloud: Cloud, path: str, name: str, text: str, tags: Mapping[str, str]) -> None:
    policy = arn(cloud, path, name)
    found = _document(cloud, policy)
    if found is None:
        own = {key: value for key, value in tags.items() if key != PARTS_TAG}
        pairs = listed(own, "Key", "Value")
        cloud.call("iam", "create_policy", PolicyName=name, Path=path, PolicyDocument=text, Tags=pairs)
    elif canonical(found) != canonical(text):
        _make_room(cloud, policy)
        cloud.call("iam", "create_policy_version", PolicyArn=policy, PolicyDocument=text, SetAsDefault=True)


def _make_room(cloud: Cloud, policy: str) -> None:
    """Delete the oldest version when there are five: IAM takes no sixth (CreatePolicyVersion)."""
    versions = cloud.call("iam", "list_policy_versions", PolicyArn=policy)["Versions"]
    others = [version for version in versions if not version["IsDefaultVersion"]]
    if len(versions) >= VERSIONS:
        oldest = min(others, key=lambda version: version["CreateDate"])
        _delete_version(cloud, policy, oldest["VersionId"])


def _delete_version(cloud: Cloud, policy: str, version: str) -> None:
    find(MISSING, cloud, "iam", "delete_policy_version", PolicyArn=policy, VersionId=version)


def remove(cloud: Cloud, role: str, path: str, kept: int, before: int) -> None:
    """Detach and delete the managed policies beyond the `kept` parts of `before`; any may be gone."""
    for number in range(kept + 1, before + 1):
        policy = arn(cloud, path, part_name(role, number))
        find(MISSING, cloud, "iam", "detach_role_policy", RoleName=role, PolicyArn=policy)
        answer = find(MISSING, cloud, "iam", "list_policy_versions", PolicyArn=policy)
        for version in (answer or {}).get("Versions") or ():
            if not version["IsDefaultVersion"]:
                find(
                    MISSING,
                    cloud,
                    "iam",
                    "delete_policy_version",
                    PolicyArn=policy,
                    VersionId=version["VersionId"],
                )
        find(MISSING, cloud, "iam", "delete_policy", PolicyArn=policy)


def release(cloud: Cloud, role: str, path: str, parts: int) -> None:
    """Take our tags off the managed policies of a role that stays."""
    for number in range(2, parts + 1):
        policy = arn(cloud, path, part_name(role, number))
        find(MISSING, cloud, "iam", "untag_policy", PolicyArn=policy, TagKeys=OUR_TAGS)
