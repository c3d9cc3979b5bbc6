"""CodeCommit repository: where the code lives, and what a pipeline may do there."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from pydantic import Field

from pipectl.aws import keys
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, in_batches, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs, using_key
from pipectl.engine.values import Resource, State, Step
from pipectl.errors import Declined
from pipectl.kinds.kind import OUR_TAGS, Contents, Kind, Wanted, merged, tag_changes, tags
from pipectl.spec.block import Arn, Block
from pipectl.spec.spec import Spec

NAME = "codecommit repository"
BATCH = 100
"""Names of one BatchGetRepositories (MaximumRepositoryNamesExceededException above)."""


MISSING = "RepositoryDoesNotExistException"


class CodeCommitRepository(Block):
    """A repository, created empty; push your code to it."""

    description: str | None = Field(
        None, max_length=1000, description="shown in the console; an empty text removes it"
    )
    kms_key: Arn | None = Field(None, description="the customer key that encrypts it")


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `codecommit`."""
    for name, block in spec.all(CodeCommitRepository).items():
        if not block.managed:
            yield Resource(NAME, name, managed=False)
            continue
        stated: dict[str, Any] = {"tags": tags(spec, block.tags)}
        if block.description is not None:
            stated["description"] = block.description or None
        if block.kms_key:
            stated["kms_key"] = block.kms_key
        yield Resource(NAME, name, stated, request=merged(_request(name, block), block.aws))


def _request(name: str, block: CodeCommitRepository) -> dict[str, Any]:
    request: dict[str, Any] = {"repositoryName": name}
    if block.description:
        request["repositoryDescription"] = block.description
    if block.kms_key:
        request["kmsKeyId"] = block.kms_key
    return request


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Description, key and tags; all names in one call, tags one by one."""
    tagged = [name for name in wanted if "tags" in wanted[name]]
    found, tags_of = side_by_side([
        partial(in_batches, _describe, cloud, wanted, BATCH),
        partial(by_name, _tags, cloud, tagged),
    ])  # fmt: skip
    told = {repository["repositoryName"]: repository.get("kmsKeyId") for repository in found}
    resolved = by_name(
        lambda cloud, name: keys.as_stated(cloud, wanted[name].get("kms_key"), told[name]), cloud, told
    )
    return {
        repository["repositoryName"]: {
            "description": repository.get("repositoryDescription") or None,
            "kms_key": resolved[repository["repositoryName"]],
            "default_branch": repository.get("defaultBranch"),
            "tags": tags_of.get(repository["repositoryName"], {}),
        }
        for repository in found
    }


def _describe(cloud: Cloud, names: list[str]) -> list[dict[str, Any]]:
    return list(cloud.call("codecommit", "batch_get_repositories", repositoryNames=names)["repositories"])


def _tags(cloud: Cloud, name: str) -> dict[str, str]:
    arn = cloud.account.arn("codecommit", name)
    answer = find([MISSING], cloud, "codecommit", "list_tags_for_resource", resourceArn=arn)
    return dict(answer["tags"]) if answer else {}


def create(cloud: Cloud, resource: Resource) -> None:
    """Make an empty repository; it has no branch until the first push."""
    cloud.call("codecommit", "create_repository", **resource.request, tags=resource.stated["tags"])


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs."""
    name = step.resource.name
    stated = step.resource.stated
    if step.changes("description"):
        said = stated["description"] or ""
        cloud.call(
            "codecommit", "update_repository_description", repositoryName=name, repositoryDescription=said
        )
    if step.changes("kms_key"):
        key = stated["kms_key"]
        cloud.call("codecommit", "update_repository_encryption_key", repositoryName=name, kmsKeyId=key)
    if changed := tag_changes(step):
        arn = cloud.account.arn("codecommit", name)
        cloud.call("codecommit", "tag_resource", resourceArn=arn, tags=changed)


def _code(cloud: Cloud, name: str) -> str | None:
    """Its branches: without one nothing was ever pushed."""
    answer = find([MISSING], cloud, "codecommit", "list_branches", repositoryName=name)
    branches = answer["branches"] if answer else []
    return f"{len(branches)} {'branch' if len(branches) == 1 else 'branches'} of code" if branches else None


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the repository; one that does not exist any more is answered without an error (service model).

    CodeCommit deletes code unasked (API reference, DeleteRepository), so an empty one is looked at again.
    Raises Declined when code was pushed meanwhile.
    """
    if not step.deletes_contents and (code := _code(cloud, step.resource.name)):
        raise Declined(
            f"{code} was pushed meanwhile; the repository was left as it is",
            hint="run it again: `--code` deletes the code too",
        )
    cloud.call("codecommit", "delete_repository", repositoryName=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("codecommit", step.resource.name)
    cloud.call("codecommit", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)


WITH_KEY = ("kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
            "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")  # fmt: skip
"""What CodeCommit does with a customer's key in the caller's name (user guide, "encryption")."""


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS CodeCommit."""
    arns = [account.arn("codecommit", resource.name)]
    yield from needs(Purpose.PLAN, arns, "codecommit:BatchGetRepositories")
    if not resource.managed:
        return
    looks = ("codecommit:BatchGetRepositories", "codecommit:ListTagsForResource")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, arns, *looks)
    yield from needs(Purpose.CREATE, arns, "codecommit:CreateRepository", "codecommit:TagResource")
    if "description" in resource.stated:
        yield from needs(Purpose.CREATE, arns, "codecommit:UpdateRepositoryDescription")
    yield from keys.looking_up(account, [resource.stated.get("kms_key")])
    if key := resource.stated.get("kms_key"):
        yield from needs(Purpose.CREATE, arns, "codecommit:UpdateRepositoryEncryptionKey")
        yield from using_key(Purpose.CREATE, account, key, *WITH_KEY)
    ends = ("codecommit:ListBranches", "codecommit:DeleteRepository", "codecommit:UntagResource")
    yield from needs(Purpose.DESTROY, arns, *ends)


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"codecommit": CodeCommitRepository},
    delete=delete,
    release=release,
    contents=Contents("code", _code),
    permissions=permissions,
    events=("UpdateRepositoryDescription", "UpdateDefaultBranch", "DeleteRepository"),
)
