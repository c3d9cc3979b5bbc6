"""`plan --blame`: who changed by hand what the plan would change back."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from pipectl.aws.account import Account
from pipectl.blame import with_blame
from pipectl.engine.values import Action, Difference, Plan, Resource, Step
from pipectl.flow import Stack
from pipectl.local.server import Server
from tests import roles
from tests.plain import session

Run = Callable[..., Result]
Client = Callable[[str], Any]


def ann(client: Client, server: Server) -> Client:
    """The clients of a colleague"""
    client("iam").create_user(UserName="ann")
    allowed = roles.document(roles.allow("*"))
    client("iam").put_user_policy(UserName="ann", PolicyName="may", PolicyDocument=allowed)
    keys = client("iam").create_access_key(UserName="ann")["AccessKey"]
    hers = session(keys["AccessKeyId"], keys["SecretAccessKey"], "ap-southeast-1")
    return lambda service: hers.client(service, endpoint_url=server.url)  # type: ignore[call-overload]


def takes_other_image(codebuild: Any) -> None:
    """A change by hand of something that the spec states"""
    found = codebuild.batch_get_projects(names=["FriendRemindersBuild"])["projects"][0]
    environment = {**found["environment"], "image": "aws/codebuild/standard:6.0"}
    codebuild.update_project(name="FriendRemindersBuild", environment=environment)


def test_drift_is_told_with_who_made_it(run: Run, created: str, client: Client, server: Server) -> None:
    hers = ann(client, server)
    takes_other_image(hers("codebuild"))
    hers("ecs").update_service(cluster="friendreminders", service="remindersmgt", desiredCount=1)
    hers("iam").delete_role_policy(
        RoleName="friendreminders-ap-southeast-1-FriendReminders-events", PolicyName="pipectl"
    )
    lines = [line.strip() for line in run("plan", created, "--blame").stdout.splitlines()]
    told = [line.partition(", ")[0] for line in lines if line.startswith("last changed by ")]
    assert told == ["last changed by ann"] * 3
    assert any(line.endswith("UTC (UpdateProject)") for line in lines)
    assert any(line.endswith("UTC (DeleteRolePolicy)") for line in lines)


def test_what_was_deleted_is_told_with_who_did_it(
    run: Run, created: str, client: Client, server: Server
) -> None:
    ann(client, server)("events").remove_targets(Rule="FriendReminders-Source", Ids=["FriendReminders"])
    ann_deletes = client("codepipeline")
    ann_deletes.delete_pipeline(name="FriendReminders")
    told = run("plan", created, "--blame").stdout
    assert "last changed by root, " in told
    assert "(DeletePipeline)" in told


def test_a_change_of_another_thing_is_not_blamed(run: Run, created: str, client: Client) -> None:
    codebuild = client("codebuild")
    takes_other_image(codebuild)
    found = codebuild.batch_get_projects(names=["FriendRemindersBuild"])["projects"][0]
    members = ("source", "artifacts", "environment", "serviceRole")
    codebuild.create_project(name="other", **{name: found[name] for name in members})
    codebuild.update_project(name="other", description="FriendRemindersBuild was here")
    assert run("plan", created, "--blame").stdout.count("UpdateProject") == 1


def test_who_may_not_ask_still_sees_the_plan(
    run: Run, created: str, client: Client, faults: Callable[..., None]
) -> None:
    takes_other_image(client("codebuild"))
    faults({"service": "cloudtrail", "code": "AccessDeniedException", "message": "not you"})
    result = run("plan", created, "--blame")
    assert result.exit_code == 0
    assert "~ codebuild project" in result.stdout
    assert result.stderr.count("who changed it cannot be told: ") == 1


def test_without_blame_the_history_is_not_asked(run: Run, created: str, server: Server) -> None:
    server.requests.clear()
    run("plan", created)
    assert not [call for call in server.requests.all() if call.service == "cloudtrail"]


class Doors:
    """A connection that remembers which Regions are asked; nothing has happened in them"""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.account = Account("012345678901", "")

    def cloud(self, region: str) -> "Doors":
        self.asked.add(region)
        return self

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("region", "home"),
    [("eu-west-1", "us-east-1"), ("cn-northwest-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")],
)
def test_of_roles_the_home_of_iam_in_the_partition_is_asked(region: str, home: str) -> None:
    doors = Doors()
    doors.account = Account("012345678901", region)
    step = Step(Resource("iam role", "shop"), Action.UPDATE, {}, (Difference("trust", "a", "b"),))
    stack: Any = Stack(spec=None, cloud=doors, resources=())  # type: ignore[arg-type]  # what is asked of it
    connection: Any = doors
    with_blame([Plan("shop", "012345678901", region, (step,))], [stack], connection, str, print)
    assert doors.asked == {home}
