"""What a repository or bucket holds goes only where a field of the step says so, never because of a remark"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.engine.removal import Facts, Held, Wishes, removal
from pipectl.engine.values import OWNER_TAG, Action, Remark, Resource, Step
from pipectl.errors import AwsError, Declined
from pipectl.kinds import KINDS

ACCOUNT = Account("012345678901", "eu-west-1", "arn:aws:iam::012345678901:root")


@dataclass
class Recorder:
    """A cloud with something in everything; it remembers the writes"""

    account: Account = ACCOUNT
    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if operation == "list_branches":
            return {"branches": ["main"]}
        if operation == "list_object_versions":
            return {"Versions": [{"Key": "a", "VersionId": "1"}]}
        self.sent.append((operation, params))
        if operation == "delete_bucket":
            raise AwsError(service, operation, "BucketNotEmpty", "not empty")
        return {}


def remarked(kind: str) -> Step:
    """A thing that was found empty and goes, with a remark that somebody else has made"""
    resource = Resource(kind, "shop")
    return Step(resource, Action.DELETE, {"tags": {}}, remarks=(Remark("last changed by ann"),))


def delete(kind: str, cloud: Recorder, step: Step) -> None:
    next(each for each in KINDS if each.name == kind).delete(cloud, step)


def test_a_remark_never_forces_images_away() -> None:
    cloud = Recorder()
    delete("ecr repository", cloud, remarked("ecr repository"))
    assert cloud.sent == [("delete_repository", {"repositoryName": "shop", "force": False})]


def test_a_remark_never_empties_a_bucket() -> None:
    cloud = Recorder()
    with pytest.raises(AwsError, match="not empty"):
        delete("s3 bucket", cloud, remarked("s3 bucket"))
    assert [operation for operation, _ in cloud.sent] == ["delete_bucket"]


def test_code_that_was_pushed_after_the_plan_is_not_deleted() -> None:
    cloud = Recorder()
    with pytest.raises(Declined, match="1 branch of code was pushed meanwhile"):
        delete("codecommit repository", cloud, remarked("codecommit repository"))
    assert cloud.sent == []


@pytest.mark.parametrize(("options", "consent"), [({"images"}, True), (set(), None)])
def test_only_the_option_of_what_was_found_is_a_consent(options: set[str], consent: bool | None) -> None:
    resource = Resource("ecr repository", "shop", {"tags": {OWNER_TAG: "shop"}})
    facts = Facts({resource.key: resource.stated}, {resource.key: Held("2 images", "images")})
    (step,) = removal([resource], facts, KINDS, "shop", Wishes(frozenset(options)))
    assert (step.deletes_contents if step.action is Action.DELETE else None) is consent
