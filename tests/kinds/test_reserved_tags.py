"""Tags of AWS itself, as CloudFormation's, are nobody's to send: UpdateProject takes all tags at once."""

from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Resource, Step
from pipectl.kinds import project


class Recording:
    """A cloud that remembers what it was sent"""

    account = Account("123456789012", "eu-west-1")

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.sent.append(params)
        return {}


FOUND = {"tags": {"aws:cloudformation:stack-name": "web", "team": "web"}}


def test_an_adopted_project_of_cloudformation_is_tagged_without_its_own_tags() -> None:
    cloud = Recording()
    wanted = Resource("codebuild project", "build", {"tags": {OWNER_TAG: "web", ADOPTED_TAG: "true"}})
    project.KIND.update(cloud, Step(wanted, Action.ADOPT, FOUND))
    (sent,) = cloud.sent
    assert {tag["key"] for tag in sent["tags"]} == {"team", OWNER_TAG, ADOPTED_TAG}


def test_a_project_that_is_let_go_keeps_its_tags() -> None:
    cloud = Recording()
    before = {"tags": {**FOUND["tags"], OWNER_TAG: "web", ADOPTED_TAG: "true"}}
    project.KIND.release(cloud, Step(Resource("codebuild project", "build"), Action.RELEASE, before))
    assert cloud.sent == [{"name": "build", "tags": [{"key": "team", "value": "web"}]}]
