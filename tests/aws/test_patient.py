"""Patient waits for what settles late, and for nothing else. It gets a fake Cloud, and no test waits."""

import threading
from typing import Any

import botocore.session
import pytest

from pipectl.aws.account import Account
from pipectl.aws.patient import PATIENCE, Patient
from pipectl.errors import AccessDenied, AwsError, Interrupted
from pipectl.facts.settling import DRAINED, ROLE_WRITES, SETTLING, Settling
from pipectl.stop import Stop

ROLE = "arn:aws:iam::123456789012:role/pipectl/shop/shop-build"
NOT_YET = AwsError(
    "codebuild",
    "create_project",
    "InvalidInputException",
    f"CodeBuild is not authorized to perform: sts:AssumeRole on {ROLE}",
)


class Fake:
    """A cloud that refuses some calls, as often as it was told"""

    account = Account("123456789012", "eu-west-1")

    def __init__(self, *refusals: AwsError) -> None:
        self.refusals = list(refusals)
        self.calls: list[str] = []

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.calls.append(operation)
        if self.refusals and (self.refusals[0].service, self.refusals[0].operation) == (service, operation):
            raise self.refusals.pop(0)
        return {"operation": operation, **params}


class NoTime(Stop):
    """A stop that is never set, and whose waiting takes no time"""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return self.is_set()


def patient(cloud: Fake, patience: float = PATIENCE) -> tuple[Patient, list[str], NoTime]:
    said: list[str] = []
    stop = NoTime()
    return Patient(cloud, said.append, stop, patience), said, stop


def write_role(cloud: Patient, name: str = "shop-build") -> None:
    cloud.call("iam", "create_role", RoleName=name)


def test_a_call_goes_through_with_its_parameters() -> None:
    cloud, said, _ = patient(Fake())
    assert cloud.call("ecs", "create_cluster", clusterName="prod") == {
        "operation": "create_cluster",
        "clusterName": "prod",
    }
    assert cloud.account.id == "123456789012"
    assert said == []


def test_a_new_role_is_waited_for() -> None:
    fake = Fake(NOT_YET, NOT_YET, NOT_YET)
    cloud, said, stop = patient(fake)
    write_role(cloud)
    assert cloud.call("codebuild", "create_project", name="build")["name"] == "build"
    assert fake.calls == ["create_role", *["create_project"] * 4]
    assert said == ["waiting for the new role, 0 s"] * 3
    assert stop.pauses == [1.0, 1.6, pytest.approx(2.56)]


def test_a_role_that_this_run_did_not_write_is_not_waited_for() -> None:
    cloud, said, _ = patient(Fake(NOT_YET))
    with pytest.raises(AwsError) as refused:
        cloud.call("codebuild", "create_project", name="build")
    assert refused.value is NOT_YET
    assert said == []


def test_a_role_of_ones_own_is_not_waited_for_because_another_is_new() -> None:
    cloud, said, _ = patient(Fake(NOT_YET))
    write_role(cloud, "shop-pipeline")
    with pytest.raises(AwsError):
        cloud.call("codebuild", "create_project", name="build")
    assert said == []


def test_a_message_that_names_no_role_is_about_the_new_one() -> None:
    of_ecs = "Unable to assume role. Please verify that the ECS service role being passed is right."
    fake = Fake(AwsError("ecs", "create_service", "InvalidParameterException", of_ecs))
    cloud, said, _ = patient(fake)
    write_role(cloud)
    cloud.call("ecs", "create_service", serviceName="web")
    assert said == ["waiting for the new role, 0 s"]


@pytest.mark.parametrize(
    "operation", ["create_role", "put_role_policy", "update_assume_role_policy", "attach_role_policy"]
)
def test_a_changed_role_is_as_good_as_new(operation: str) -> None:
    cloud, said, _ = patient(Fake(NOT_YET))
    cloud.call("iam", operation, RoleName="shop-build")
    cloud.call("codebuild", "create_project", name="build")
    assert said


def test_reading_a_role_makes_it_no_new_one() -> None:
    cloud, _, _ = patient(Fake(NOT_YET))
    cloud.call("iam", "get_role", RoleName="shop-build")
    with pytest.raises(AwsError):
        cloud.call("codebuild", "create_project", name="build")


def test_a_role_that_could_not_be_written_is_not_waited_for() -> None:
    fake = Fake(AwsError("iam", "create_role", "LimitExceeded", "too many"), NOT_YET)
    cloud, _, _ = patient(fake)
    with pytest.raises(AwsError):
        write_role(cloud)
    with pytest.raises(AwsError) as refused:
        cloud.call("codebuild", "create_project", name="build")
    assert refused.value is NOT_YET


def test_the_bound_ends_the_waiting_and_the_error_says_what_was_tried() -> None:
    cloud, said, stop = patient(Fake(*[NOT_YET] * 9), patience=0)
    write_role(cloud)
    with pytest.raises(AwsError) as refused:
        cloud.call("codebuild", "create_project", name="build")
    assert refused.value.code == "InvalidInputException"
    assert refused.value.said == f"{NOT_YET.said} (tried for 0 s, waiting for the new role)"
    assert refused.value.__cause__ is NOT_YET
    assert (said, stop.pauses) == ([], [])


def test_pauses_grow_to_ten_seconds() -> None:
    cloud, _, stop = patient(Fake(*[NOT_YET] * 9))
    write_role(cloud)
    cloud.call("codebuild", "create_project", name="build")
    assert stop.pauses[0] == 1.0
    assert stop.pauses[-3:] == [10.0, 10.0, 10.0]


def test_ctrl_c_ends_the_waiting() -> None:
    fake = Fake(*[NOT_YET] * 9)
    cloud, _, stop = patient(fake)
    write_role(cloud)
    stop.set()
    with pytest.raises(Interrupted, match="interrupted while waiting for the new role"):
        cloud.call("codebuild", "create_project", name="build")
    assert fake.calls.count("create_project") == 1


def refusal(case: Settling) -> AwsError:
    operation = case.operations[0] if case.operations else "an_operation"
    return AwsError(case.service, operation, case.code, f"It was said: {case.message}.")


def prepared(cloud: Patient, case: Settling) -> None:
    """Send what must have been sent before the answer means `not yet`"""
    for operation in case.after[:1]:
        service = "iam" if operation in ROLE_WRITES else case.service
        cloud.call(service, operation, RoleName="shop-build")


@pytest.mark.parametrize("case", SETTLING, ids=lambda case: f"{case.service}-{case.code}-{case.message[:12]}")
def test_every_listed_answer_is_waited_for_in_its_place_only(case: Settling) -> None:
    error = refusal(case)
    cloud, said, _ = patient(Fake(error))
    prepared(cloud, case)
    cloud.call(case.service, error.operation, RoleName="shop-build")
    assert said == [f"waiting for {case.reason}, 0 s"]
    for service, operation in (("sts", error.operation), (case.service, "never_heard_of")):
        if service == case.service and not case.operations:
            continue
        cloud, said, _ = patient(Fake(AwsError(service, operation, case.code, error.said)))
        prepared(cloud, case)
        with pytest.raises(AwsError):
            cloud.call(service, operation)
        assert said == []


@pytest.mark.parametrize(
    "case", [case for case in SETTLING if case.after], ids=lambda case: f"{case.service}-{case.code}"
)
def test_what_needs_something_new_is_final_without_it(case: Settling) -> None:
    error = refusal(case)
    cloud, said, _ = patient(Fake(error))
    with pytest.raises(AwsError) as refused:
        cloud.call(case.service, error.operation)
    assert (refused.value, said) == (error, [])


def test_every_answer_that_is_waited_for_names_its_source_and_a_known_operation() -> None:
    session = botocore.session.get_session()
    for case in SETTLING:
        assert case.source
        names = {
            botocore.xform_name(name) for name in session.get_service_model(case.service).operation_names
        }
        assert set(case.operations) <= names, case
        iam = {botocore.xform_name(name) for name in session.get_service_model("iam").operation_names}
        assert set(case.after) <= names | iam, case


@pytest.mark.parametrize(
    ("service", "code", "said"),
    [
        ("codebuild", "InvalidInputException", "Project name is invalid"),
        ("codebuild", "AccessDeniedException", "is not authorized to perform: iam:PassRole"),
        ("codepipeline", "InvalidStructureException", "Pipeline has no stages"),
        ("codepipeline", "PipelineNotFoundException", "not authorized to perform AssumeRole"),
        ("iam", "MalformedPolicyDocument", "Syntax errors in policy."),
        ("s3", "MalformedPolicy", "Policy has invalid resource"),
    ],
)
def test_no_other_answer_is_waited_for(service: str, code: str, said: str) -> None:
    cloud, told, _ = patient(Fake(AwsError(service, "an_operation", code, said)))
    write_role(cloud)
    with pytest.raises(AwsError, match="AWS said"):
        cloud.call(service, "an_operation")
    assert told == []


def test_a_refused_caller_is_never_waited_for() -> None:
    denied = AccessDenied(
        "ecs", "create_service", "AccessDeniedException", "not authorized to perform: ecs:CreateService"
    )
    cloud, said, _ = patient(Fake(denied))
    write_role(cloud)
    with pytest.raises(AccessDenied):
        cloud.call("ecs", "create_service")
    assert said == []


@pytest.mark.parametrize(
    ("service", "code", "creation"),
    [
        ("ecs", "ClusterNotFoundException", "create_cluster"),
        ("s3", "NoSuchBucket", "create_bucket"),
        ("codepipeline", "StageNotFoundException", "update_pipeline"),
    ],
)
def test_a_thing_that_is_not_there_is_waited_for_only_after_its_creation(
    service: str, code: str, creation: str
) -> None:
    missing = AwsError(service, "an_operation", code, "not found")
    cloud, _, _ = patient(Fake(missing))
    with pytest.raises(AwsError):
        cloud.call(service, "an_operation")
    cloud, said, _ = patient(Fake(missing))
    cloud.call(service, creation)
    cloud.call(service, "an_operation")
    assert len(said) == 1


def test_the_longest_wait_is_two_minutes() -> None:
    assert PATIENCE == 120


def test_a_real_stop_ends_a_real_wait() -> None:
    stop = Stop()
    fake = Fake(*[NOT_YET] * 9)
    cloud = Patient(fake, lambda _: stop.set(), stop)
    write_role(cloud)
    with pytest.raises(Interrupted):
        cloud.call("codebuild", "create_project")


def test_waiting_in_one_thread_holds_no_other() -> None:
    fake = Fake(*[NOT_YET] * 3)
    waits, goes_on = threading.Event(), threading.Event()

    def say(_: str) -> None:
        waits.set()
        assert goes_on.wait(10)

    cloud = Patient(fake, say, NoTime())
    write_role(cloud)
    waiting = threading.Thread(target=cloud.call, args=("codebuild", "create_project"))
    waiting.start()
    assert waits.wait(10)
    assert cloud.call("ecs", "create_cluster") == {"operation": "create_cluster"}
    goes_on.set()
    waiting.join(10)
    assert fake.calls.count("create_project") == 4


def test_draining_is_waited_for_as_long_as_botocores_own_waiter_does() -> None:
    waiter = botocore.session.get_session().get_waiter_model("ecs").get_waiter("ServicesInactive")
    drains = {case.code for case in SETTLING if case.at_most == DRAINED}
    assert drains >= {"ClusterContainsServicesException", "ClusterContainsTasksException"}
    assert waiter.delay * waiter.max_attempts == DRAINED


def test_a_change_of_capacity_providers_waits_for_the_one_before() -> None:
    codes = ("UpdateInProgressException", "ResourceInUseException")
    errors = [AwsError("ecs", "put_cluster_capacity_providers", code, "") for code in codes]
    text = "The specified cluster was not ACTIVE."
    errors.append(AwsError("ecs", "put_cluster_capacity_providers", "ClientException", text))
    cloud, said, _ = patient(Fake(*errors))
    cloud.call("ecs", "put_cluster_capacity_providers", cluster="prod")
    assert [text.removeprefix("waiting for ").rpartition(",")[0] for text in said] == [
        "another change of the cluster",
        "the capacity providers to be free",
        "the new cluster",
    ]


def test_a_refused_role_of_another_account_says_who_can_mend_it() -> None:
    own, other = ROLE, "arn:aws:iam::210987654321:role/deployer"
    text = f"{own} is not authorized to perform AssumeRole on role {other}"
    refusal = AwsError("codepipeline", "create_pipeline", "InvalidStructureException", text)
    fake = Fake(*[refusal] * 100)
    cloud, _, _ = patient(fake, patience=0.0001)
    write_role(cloud)
    with pytest.raises(AwsError) as raised:
        cloud.call("codepipeline", "create_pipeline")
    assert "let account 210987654321 trust account 123456789012" in str(raised.value.hint)
