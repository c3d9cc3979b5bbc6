"""The doctor as a whole: it writes nothing, asks once, and takes nothing for good that it could not see"""

import json
from importlib import import_module
from pathlib import Path

from pipectl import doctor
from pipectl.aws.permissions import Purpose
from pipectl.aws.session import Connection, Endpoint
from pipectl.doctor import Standing
from pipectl.review import policy
from tests.doctor.ward import BUILD, DEPLOY, REGION, SOURCE, Ward, system

ROOM = Path(doctor.__file__).parent
DENIED = "User: arn:aws:iam::012345678901:user/ann is not authorized to perform: {} on resource: x"


def test_every_file_is_a_check_with_screens_of_both_states() -> None:
    names = {file.stem for file in ROOM.glob("[!_]*.py")}
    assert len(names) == len(doctor.checks())
    screens = Path(__file__).parent / "screens"
    for name in names:
        texts = [file.read_text(encoding="utf-8") for file in (screens / name).glob("*.txt")]
        assert any("✗" in text or "!" in text for text in texts), name
        assert any("✓" in text for text in texts), name


def test_a_healthy_look_writes_nothing_and_asks_the_same_once(ward: Ward) -> None:
    ward.make(system())
    ward.world.server.requests.clear()
    found = ward.all()
    assert {each.check for each in found} >= {
        "event rule",
        "polling",
        "role trust",
        "deployment",
        "log group",
    }
    assert ward.written == []
    asked = ward.world.calls()
    for call in ("codepipeline GetPipeline", "ecs DescribeServices", "codebuild BatchGetProjects"):
        assert asked.count(call) == 1, call


def test_what_is_denied_is_unseen_and_names_its_permission(ward: Ward) -> None:
    ward.make(system())
    ward.world.fault(
        service="events", operation="DescribeRule", code="AccessDeniedException",
        message=DENIED.format("events:DescribeRule"),
    )  # fmt: skip
    unseen = [each for each in ward.all() if each.standing is Standing.UNSEEN]
    assert {(each.check, each.subject, each.permission) for each in unseen} == {
        ("event rule", "shop/Source", "events:DescribeRule"),
    }
    ward.says("denied", "event_rule")


def test_a_denial_without_words_is_named_by_its_call(ward: Ward) -> None:
    ward.make(system())
    ward.world.fault(service="logs", operation="DescribeLogGroups", code="AccessDeniedException", message="")
    (finding,) = ward.findings("log_group")
    assert (finding.standing, finding.permission) == (Standing.UNSEEN, "logs:DescribeLogGroups")


def test_when_the_pipeline_is_closed_to_the_caller_no_check_is_good(ward: Ward) -> None:
    ward.make(system())
    ward.world.fault(
        service="codepipeline", operation="GetPipeline", code="AccessDeniedException",
        message=DENIED.format("codepipeline:GetPipeline"),
    )  # fmt: skip
    found = ward.all(spec=False)
    assert found
    assert {each.standing for each in found} == {Standing.UNSEEN}
    assert {each.permission for each in found} == {"codepipeline:GetPipeline"}


def test_an_error_of_one_thing_hides_no_other(ward: Ward) -> None:
    ward.make(system())
    ward.world.fault(service="iam", operation="GetRole", times=1, code="ServiceFailure", status=400)
    standings = sorted(each.standing for each in ward.findings("role_trust"))
    assert standings == [Standing.GOOD, Standing.GOOD, Standing.UNSEEN]


def caller(ward: Ward, *forbidden: str) -> Connection:
    """A user who may do everything but this"""
    iam = ward.aws("iam")
    iam.create_user(UserName="ann")
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    if forbidden:
        statements.append({"Effect": "Deny", "Action": list(forbidden), "Resource": "*"})  # type: ignore[dict-item]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="ann", PolicyName="some", PolicyDocument=document)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    endpoint = Endpoint(ward.world.server.url, keys)
    return Connection(endpoint=endpoint, region=REGION, say=lambda _: None, patience=0)


def asked_by(ward: Ward, connection: Connection, name: str, fewest: int = 1) -> None:
    cloud = connection.cloud(REGION)
    needed = policy.statements(ward.world.load(system()), cloud.account, Purpose.CREATE)
    statements = tuple(each for each in needed if len(each["Action"]) >= fewest)
    ward.says(name, "permissions", cloud=cloud, statements=statements)


def test_who_may_everything_is_good(ward: Ward) -> None:
    ward.plan(system())
    asked_by(ward, caller(ward), "good")


def test_what_the_caller_may_not_is_listed_by_service(ward: Ward) -> None:
    ward.plan(system())
    asked_by(ward, caller(ward, "ecs:Create*", "iam:PassRole", "codebuild:*"), "some")


def test_who_may_not_simulate_is_told_so(ward: Ward) -> None:
    ward.plan(system())
    connection = caller(ward)
    assert connection.cloud(REGION).account.caller.endswith(":user/ann")
    ward.world.fault(
        service="iam", operation="SimulatePrincipalPolicy", code="AccessDenied",
        message=DENIED.format("iam:SimulatePrincipalPolicy"),
    )  # fmt: skip
    asked_by(ward, connection, "denied")


def test_the_root_user_needs_no_simulation(ward: Ward) -> None:
    ward.plan(system())
    asked_by(ward, ward.world.connection, "root")


def test_an_assumed_role_is_simulated_with_its_path(ward: Ward) -> None:
    module = import_module("pipectl.doctor.permissions")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    ward.aws("iam").create_role(RoleName="ci", Path="/teams/shop/", AssumeRolePolicyDocument=document)
    cloud = ward.world.connection.cloud(REGION)
    found = module._source(cloud, "arn:aws:sts::012345678901:assumed-role/ci/session")  # noqa: SLF001  STS tells no path
    assert found == "arn:aws:iam::012345678901:role/teams/shop/ci"


def test_actions_that_iam_cannot_simulate_together_are_simulated_alone(ward: Ward) -> None:
    ward.plan(system())
    connection = caller(ward)
    ward.world.fault(
        service="iam", operation="SimulatePrincipalPolicy", times=1, code="InvalidInput",
        message="Invalid Input Actions: require different authorization information",
    )  # fmt: skip
    asked_by(ward, connection, "good", fewest=2)


def test_the_words_of_sns_for_denied_are_understood(ward: Ward) -> None:
    topic = f"arn:aws:sns:{REGION}:012345678901:approvals"
    gate = {"name": "Gate", "actions": [{"provider": "Manual", "topic": topic}]}
    ward.plan(system(SOURCE, BUILD, gate, DEPLOY))
    ward.world.fault(
        service="sns",
        code="AuthorizationError",
        message=DENIED.format("SNS:ListSubscriptionsByTopic"),
        status=403,
    )
    (finding,) = ward.findings("approval_topic")
    assert (finding.standing, finding.permission) == (Standing.UNSEEN, "SNS:ListSubscriptionsByTopic")
