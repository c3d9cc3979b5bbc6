"""ECR repository: scanning, tag mutability, lifecycle, encryption, and the right to push and pull."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

from pydantic import Field

from pipectl.aws import keys
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, in_batches, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs, using_key
from pipectl.aws.policy import as_stated, canonical, written
from pipectl.engine.values import Ordered, Resource, State, Step, exactly
from pipectl.kinds import lifecycle, raw
from pipectl.kinds.kind import (
    OUR_TAGS,
    Contents,
    Kind,
    Wanted,
    listed,
    mapped,
    merged,
    tag_changes,
    tags,
)
from pipectl.spec.block import Arn, Block, Whole
from pipectl.spec.spec import Spec

NAME = "ecr repository"
BATCH = 100
"""repositoryNames of one DescribeRepositories (service model)."""

Mutability = Literal["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"]


class EcrRepository(Block):
    """A repository for images."""

    keep_images: Whole | None = Field(None, ge=1, description="how many images stay; older ones expire")
    untagged_days: Whole | None = Field(None, ge=1, description="untagged images expire after so many days")
    lifecycle_policy: dict[str, Any] | None = Field(None, description="a whole lifecycle policy of your own")
    scan_on_push: bool = Field(default=True, description="scan every image that is pushed")
    tag_mutability: Mutability | None = Field(
        None,
        description="whether a tag may be moved to another image; the two with EXCLUSION need `mutable_tags`",
    )
    mutable_tags: list[str] = Field(
        default_factory=list, max_length=5, description="tags or wildcards that the mutability excludes"
    )
    encryption: Literal["AES256", "KMS", "KMS_DSSE"] | None = Field(
        None, description="how images are encrypted; fixed once the repository exists"
    )
    kms_key: Arn | None = Field(
        None, description="your key, with `encryption: KMS`; fixed once the repository exists"
    )
    policy: dict[str, Any] | None = Field(None, description="the repository policy, as IAM writes it")


def uri(account: Account, name: str) -> str:
    """What docker calls the repository (API reference, Repository.repositoryUri)."""
    return f"{account.registry}/{name}"


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `ecr`."""
    for name, block in spec.all(EcrRepository).items():
        if block.managed:
            yield Resource(NAME, name, _stated(spec, block), request=merged(_request(name, block), block.aws))
        else:
            yield Resource(NAME, name, managed=False)


def _stated(spec: Spec, block: EcrRepository) -> dict[str, Any]:
    stated: dict[str, Any] = {"tags": tags(spec, block.tags), "scan_on_push": block.scan_on_push}
    if block.tag_mutability:
        stated["tag_mutability"] = block.tag_mutability
        stated["mutable_tags"] = sorted(block.mutable_tags)
    if block.lifecycle_policy is not None:
        stated["lifecycle_policy"] = Ordered(lifecycle.rules(block.lifecycle_policy))
    elif block.keep_images or block.untagged_days:
        stated |= {"keep_images": block.keep_images, "untagged_days": block.untagged_days}
    if block.encryption:
        stated["encryption"] = block.encryption
    if block.kms_key:
        stated["kms_key"] = block.kms_key
    if block.policy is not None:
        stated["policy"] = exactly(canonical(block.policy))
    if block.aws:
        stated["aws"] = raw.compared(raw.REPOSITORY, block.aws)
    return stated


def _request(name: str, block: EcrRepository) -> dict[str, Any]:
    request: dict[str, Any] = {
        "repositoryName": name,
        "imageScanningConfiguration": {"scanOnPush": block.scan_on_push},
    }
    if block.tag_mutability:
        request["imageTagMutability"] = block.tag_mutability
    if block.mutable_tags:
        request["imageTagMutabilityExclusionFilters"] = _filters(block.mutable_tags)
    if block.encryption:
        request["encryptionConfiguration"] = {"encryptionType": block.encryption}
        if block.kms_key:
            request["encryptionConfiguration"]["kmsKey"] = block.kms_key
    return request


def _filters(patterns: Iterable[str]) -> list[dict[str, str]]:
    return [{"filterType": "WILDCARD", "filter": pattern} for pattern in patterns]


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Everything that is stated, all names in one call; lifecycle, policy and tags are calls of their own."""
    described, lifecycles, policies, tagged = side_by_side([
        partial(_described, cloud, list(wanted)),
        partial(by_name, _lifecycle, cloud, [n for n in wanted if lifecycle.WORDS & wanted[n].keys()]),
        partial(by_name, _policy, cloud, [name for name in wanted if "policy" in wanted[name]]),
        partial(by_name, _tags, cloud, [name for name in wanted if "tags" in wanted[name]]),
    ])  # fmt: skip
    resolved = by_name(partial(_key, wanted, described), cloud, described)
    return {
        name: {
            **_words(repository),
            "kms_key": resolved[name],
            **lifecycles.get(name, {}),
            "policy": as_stated(wanted[name].get("policy"), policies.get(name)),
            "tags": tagged.get(name, {}),
        }
        for name, repository in described.items()
    }


def _key(wanted: Wanted, described: Mapping[str, Mapping[str, Any]], cloud: Cloud, name: str) -> str | None:
    """The key as it is stated, when it is that key under another name: ECR answers its ARN."""
    found = _words(described[name])["kms_key"]
    return keys.as_stated(cloud, wanted[name].get("kms_key"), found)


def _described(cloud: Cloud, names: list[str]) -> dict[str, Any]:
    found = in_batches(_batch, cloud, names, BATCH)
    return {repository["repositoryName"]: repository for repository in found}


def _batch(cloud: Cloud, names: list[str]) -> list[dict[str, Any]]:
    """One missing name refuses the whole call (API reference, DescribeRepositories): then one by one."""
    answer = find([MISSING], cloud, "ecr", "describe_repositories", repositoryNames=names)
    if answer is not None:
        return list(answer["repositories"])
    if len(names) == 1:
        return []
    return in_batches(_batch, cloud, names, 1)


MISSING = "RepositoryNotFoundException"


def _words(repository: Mapping[str, Any]) -> dict[str, Any]:
    encryption = repository.get("encryptionConfiguration") or {}
    filters = repository.get("imageTagMutabilityExclusionFilters") or []
    return {
        "scan_on_push": (repository.get("imageScanningConfiguration") or {}).get("scanOnPush", False),
        "tag_mutability": repository.get("imageTagMutability", "MUTABLE"),
        "mutable_tags": sorted(each["filter"] for each in filters),
        "encryption": encryption.get("encryptionType", "AES256"),
        "kms_key": encryption.get("kmsKey"),
        "aws": repository,
    }


def _lifecycle(cloud: Cloud, name: str) -> dict[str, Any]:
    missing = ("LifecyclePolicyNotFoundException", MISSING)
    answer = find(missing, cloud, "ecr", "get_lifecycle_policy", repositoryName=name)
    return lifecycle.words(json.loads(answer["lifecyclePolicyText"]) if answer else None)


def _policy(cloud: Cloud, name: str) -> Any:
    missing = ("RepositoryPolicyNotFoundException", MISSING)
    answer = find(missing, cloud, "ecr", "get_repository_policy", repositoryName=name)
    return canonical(answer["policyText"]) if answer else None


def _tags(cloud: Cloud, name: str) -> dict[str, str]:
    arn = cloud.account.arn("ecr", f"repository/{name}")
    answer = find([MISSING], cloud, "ecr", "list_tags_for_resource", resourceArn=arn)
    return mapped(answer["tags"], "Key", "Value") if answer else {}


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the repository with its tags; lifecycle and policy are calls of their own."""
    tagged = listed(resource.stated["tags"], "Key", "Value")
    cloud.call("ecr", "create_repository", **resource.request, tags=tagged)
    _put_lifecycle(cloud, resource)
    _put_policy(cloud, resource)


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs."""
    resource = step.resource
    if step.changes("scan_on_push"):
        scanning = resource.request["imageScanningConfiguration"]
        cloud.call(
            "ecr",
            "put_image_scanning_configuration",
            repositoryName=resource.name,
            imageScanningConfiguration=scanning,
        )
    if step.changes("tag_mutability", "mutable_tags"):
        _put_mutability(cloud, resource)
    if step.changes(*lifecycle.WORDS):
        _put_lifecycle(cloud, resource)
    if step.changes("policy"):
        _put_policy(cloud, resource)
    if changed := tag_changes(step):
        arn = cloud.account.arn("ecr", f"repository/{resource.name}")
        cloud.call("ecr", "tag_resource", resourceArn=arn, tags=listed(changed, "Key", "Value"))


def _put_mutability(cloud: Cloud, resource: Resource) -> None:
    names = ("imageTagMutability", "imageTagMutabilityExclusionFilters")
    params = {name: resource.request[name] for name in names if name in resource.request}
    cloud.call("ecr", "put_image_tag_mutability", repositoryName=resource.name, **params)


def _put_lifecycle(cloud: Cloud, resource: Resource) -> None:
    if rules := lifecycle.written(resource.stated):
        text = json.dumps({"rules": rules})
        cloud.call("ecr", "put_lifecycle_policy", repositoryName=resource.name, lifecyclePolicyText=text)


def _put_policy(cloud: Cloud, resource: Resource) -> None:
    if "policy" in resource.stated:
        statements = written(resource.stated["policy"])
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        cloud.call("ecr", "set_repository_policy", repositoryName=resource.name, policyText=text)


def _images(cloud: Cloud, name: str) -> str | None:
    answer = find([MISSING], cloud, "ecr", "describe_images", repositoryName=name, maxResults=LOOKED_AT)
    images = answer["imageDetails"] if answer else []
    more = " or more" if answer and answer.get("nextToken") else ""
    return f"{len(images)}{more} {'image' if len(images) == 1 and not more else 'images'}" if images else None


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the repository. Its images go too (`force`) only where the step says so; else ECR refuses."""
    find(
        [MISSING],
        cloud,
        "ecr",
        "delete_repository",
        repositoryName=step.resource.name,
        force=step.deletes_contents,
    )


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("ecr", f"repository/{step.resource.name}")
    cloud.call("ecr", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)


LOOKED_AT = 1000
"""Images that are counted: the most of one DescribeImages (API reference)."""

RECREATE = "ECR has no call for it: use another name, or delete the repository and its images first"


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon ECR."""
    arns = [account.arn("ecr", f"repository/{resource.name}")]
    stated = resource.stated
    yield from needs(Purpose.PLAN, arns, "ecr:DescribeRepositories")
    if not resource.managed:
        return
    yield from needs(
        Purpose.PLAN | Purpose.DESTROY, arns, "ecr:DescribeRepositories", "ecr:ListTagsForResource"
    )
    makes = ("ecr:CreateRepository", "ecr:PutImageScanningConfiguration", "ecr:TagResource")
    yield from needs(Purpose.CREATE, arns, *makes)
    if "tag_mutability" in stated:
        yield from needs(Purpose.CREATE, arns, "ecr:PutImageTagMutability")
    if lifecycle.WORDS & stated.keys():
        yield from needs(Purpose.PLAN, arns, "ecr:GetLifecyclePolicy")
        yield from needs(Purpose.CREATE, arns, "ecr:PutLifecyclePolicy")
    if "policy" in stated:
        yield from needs(Purpose.PLAN, arns, "ecr:GetRepositoryPolicy")
        yield from needs(Purpose.CREATE, arns, "ecr:SetRepositoryPolicy")
    yield from keys.looking_up(account, [stated.get("kms_key")])
    if key := stated.get("kms_key"):  # user guide, "Encryption at rest": ECR asks in the caller's name
        yield from using_key(Purpose.CREATE, account, key, "kms:CreateGrant", "kms:DescribeKey")
        yield from using_key(Purpose.DESTROY, account, key, "kms:RetireGrant")
    ends = ("ecr:DescribeImages", "ecr:DeleteRepository", "ecr:UntagResource")
    yield from needs(Purpose.DESTROY, arns, *ends)


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"ecr": EcrRepository},
    fixed={"encryption": RECREATE, "kms_key": RECREATE, "aws": RECREATE},
    delete=delete,
    release=release,
    contents=Contents("images", _images),
    permissions=permissions,
    events=(
        "PutLifecyclePolicy",
        "DeleteLifecyclePolicy",
        "SetRepositoryPolicy",
        "DeleteRepositoryPolicy",
        "PutImageTagMutability",
        "PutImageScanningConfiguration",
        "DeleteRepository",
    ),
)
