"""boto3 behind the door, against a real server: who is asking, what is retried, what every error becomes."""

import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.aws.cloud import SIDE_BY_SIDE, side_by_side
from pipectl.aws.failures import BAD_CREDENTIALS
from pipectl.aws.session import ATTEMPTS, Connection, Endpoint
from pipectl.errors import AccessDenied, AwsError, Interrupted, NoAnswer, NotConnected
from pipectl.facts import refusals
from tests.throttled import ServerTime

if TYPE_CHECKING:
    from tests.conftest import World

KEYS = {"aws_access_key_id": "012345678901", "aws_secret_access_key": "local"}
Connect = Callable[..., Connection]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def connect(world: "World", said: list[str]) -> Connect:
    """A new connection to the empty account, which tries a call three times"""

    def connection(**options: Any) -> Connection:
        defaults = {
            "endpoint": Endpoint(world.server.url, KEYS),
            "region": "eu-west-1",
            "say": said.append,
            "attempts": 3,
            "clock": ServerTime(world.server),
        }
        return Connection(**{**defaults, **options})

    return connection


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write the AWS configuration file of a user"""

    def write(text: str) -> None:
        file = tmp_path / "config"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(file))

    return write


def test_an_account_knows_its_region_partition_and_caller(connect: Connect) -> None:
    account = connect(region="cn-north-1").cloud().account
    assert (account.id, account.region, account.partition) == ("012345678901", "cn-north-1", "aws-cn")
    assert account.caller == "arn:aws-cn:iam::012345678901:root"


def test_sts_is_asked_once_for_all_regions(world: "World", connect: Connect) -> None:
    connection = connect()
    for region in ("eu-west-1", "us-east-1", "eu-west-1"):
        assert connection.cloud(region).account.region == region
    assert world.calls() == ["sts GetCallerIdentity"]
    assert [(call.operation, call.count) for call in connection.book.calls()] == [("get_caller_identity", 1)]


def test_a_region_has_one_door(connect: Connect) -> None:
    connection = connect()
    assert connection.cloud("us-east-1") is connection.cloud("us-east-1")
    assert connection.cloud("us-east-1") is not connection.cloud("eu-west-1")
    assert connection.cloud() is connection.cloud("eu-west-1")


def test_calls_go_to_the_region_of_their_door(world: "World", connect: Connect) -> None:
    connection = connect()
    connection.cloud("us-east-1").call("ecr", "create_repository", repositoryName="web")
    assert len(world.client("ecr", "us-east-1").describe_repositories()["repositories"]) == 1
    assert world.client("ecr", "eu-west-1").describe_repositories()["repositories"] == []


def test_an_answer_comes_without_the_metadata_of_http(connect: Connect) -> None:
    assert connect().cloud().call("ecr", "describe_repositories") == {"repositories": []}


def test_a_stated_region_goes_before_the_configured_one(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert connect(region=None).region() == "eu-north-1"
    assert connect().region() == "eu-west-1"
    assert connect().region("us-east-1") == "us-east-1"


def test_aws_region_goes_before_aws_default_region_as_in_the_aws_cli(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert connect(region=None).region() == "eu-west-3"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert connect(region=None).region() == "eu-west-3"
    monkeypatch.delenv("AWS_REGION")
    assert connect(region=None).region() == "eu-north-1"


def test_a_profile_brings_its_region(world: "World", config: Callable[[str], None], connect: Connect) -> None:
    config("[profile dev]\nregion = sa-east-1\naws_access_key_id = 111111111111\naws_secret_access_key = x\n")
    connection = connect(profile="dev", region=None, endpoint=Endpoint(world.server.url))
    account = connection.cloud().account
    assert (account.id, account.region) == ("111111111111", "sa-east-1")


def test_the_environment_brings_credentials(
    world: "World", connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert connect(endpoint=Endpoint(world.server.url)).cloud().account.id == "222222222222"


def test_credentials_of_an_endpoint_need_no_profile(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    assert connect().cloud().account.id == "012345678901"


def refused(connection: Connection) -> NotConnected:
    with pytest.raises(NotConnected) as error:
        connection.cloud().call("ecr", "describe_repositories")
    return error.value


def test_without_a_region_the_ways_to_set_one_are_named(connect: Connect) -> None:
    error = refused(connect(region=None))
    assert error.message == "no AWS Region is set"
    assert error.hint == (
        "`--region NAME` or AWS_REGION sets it, or `region:` in a spec; `pipectl init` writes a first spec"
    )


def test_without_credentials_the_ways_to_get_them_are_named(world: "World", connect: Connect) -> None:
    error = refused(connect(endpoint=Endpoint(world.server.url)))
    assert error.message == "no usable AWS credentials: Unable to locate credentials"
    assert "aws sso login" in str(error.hint)
    assert "--local" in str(error.hint)
    assert world.calls() == []


def test_half_of_the_credentials_are_none(
    world: "World", config: Callable[[str], None], connect: Connect
) -> None:
    config("[profile half]\naws_access_key_id = 111111111111\n")
    error = refused(connect(profile="half", endpoint=Endpoint(world.server.url)))
    assert error.message.startswith("no usable AWS credentials: Partial credentials found")


def test_a_profile_that_is_not_there_is_named(connect: Connect) -> None:
    error = refused(connect(profile="nowhere", endpoint=None))
    assert error.message == "The config profile (nowhere) could not be found"
    assert "aws configure list-profiles" in str(error.hint)


def test_a_login_that_has_ended_is_named(
    world: "World", config: Callable[[str], None], connect: Connect
) -> None:
    config(
        "[profile sso]\nsso_session = work\nsso_account_id = 111111111111\nsso_role_name = dev\n"
        "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
    )
    error = refused(connect(profile="sso", endpoint=Endpoint(world.server.url)))
    assert error.message.startswith("no usable AWS credentials: ")
    assert "aws sso login" in str(error.hint)


def test_a_broken_configuration_file_is_named(config: Callable[[str], None], connect: Connect) -> None:
    config("no section\n")
    error = refused(connect(endpoint=None))
    assert "Unable to parse config file" in error.message


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "Invalid endpoint: nonsense"),
        ("http//127.0.0.1", "Invalid endpoint: http//127.0.0.1"),
        ("ftp://127.0.0.1", "Not supported URL scheme ftp"),
    ],
)
def test_an_endpoint_that_is_no_address_is_named(connect: Connect, url: str, told: str) -> None:
    assert told in refused(connect(endpoint=Endpoint(url, KEYS), attempts=1)).message


@pytest.mark.parametrize("region", ["eu west", "eu_west_1", "", "-"])
def test_a_region_that_cannot_be_one_is_named(connect: Connect, region: str) -> None:
    assert "region" in refused(connect(region=region)).message.lower()


@pytest.mark.parametrize("code", sorted(BAD_CREDENTIALS - refusals.CLOCK))
def test_credentials_that_aws_does_not_accept_are_named(world: "World", connect: Connect, code: str) -> None:
    world.fault(code=code, message="The security token included in the request is expired", status=403)
    error = refused(connect())
    assert error.message.startswith(f"AWS does not accept the credentials ({code}: The security token")
    assert "aws sso login" in str(error.hint)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_refused_caller_is_told_what_aws_said(world: "World", connect: Connect, code: str) -> None:
    message = "User: arn:aws:iam::012345678901:user/dev is not authorized to perform: ecr:CreateRepository"
    world.fault(service="ecr", code=code, message=message, status=403)
    with pytest.raises(AccessDenied) as denied:
        connect().cloud().call("ecr", "create_repository", repositoryName="web")
    assert (denied.value.service, denied.value.operation) == ("ecr", "create_repository")
    assert (denied.value.code, denied.value.said) == (code, message)


def test_a_refusal_has_the_code_of_the_wire(connect: Connect) -> None:
    with pytest.raises(AwsError) as error:
        connect().cloud().call("codepipeline", "get_pipeline_state", name="nowhere")
    assert error.value.code == "PipelineNotFoundException"
    assert "nowhere" in error.value.said
    assert error.value.__cause__ is not None


def test_a_refusal_is_sent_once(world: "World", connect: Connect) -> None:
    with pytest.raises(AwsError):
        connect().cloud().call("codepipeline", "get_pipeline_state", name="nowhere")
    assert world.calls() == ["codepipeline GetPipelineState"]


def test_parameters_that_the_model_does_not_know_are_refused_before_sending(
    world: "World", connect: Connect
) -> None:
    with pytest.raises(AwsError) as error:
        connect().cloud().call("ecr", "create_repository", repositoryNme="web")
    assert error.value.code == "ParamValidationError"
    assert 'Unknown parameter in input: "repositoryNme"' in error.value.said
    assert world.calls() == []


RETRIED: dict[str, dict[str, Any]] = {
    "throttled": {"code": "ThrottlingException", "message": "Rate exceeded"},
    "too many": {"code": "TooManyRequestsException", "status": 429},
    "broken": {"code": "InternalFailure", "status": 500},
    "away": {"code": "ServiceUnavailable", "status": 503},
    "lost": {"close": True},
}


@pytest.mark.parametrize("fault", RETRIED.values(), ids=RETRIED)
def test_what_passes_is_sent_again(world: "World", connect: Connect, fault: dict[str, Any]) -> None:
    world.fault(service="ecr", times=1, **fault)
    assert connect().cloud().call("ecr", "describe_repositories") == {"repositories": []}
    assert world.calls() == ["ecr DescribeRepositories"] * 2


def test_a_call_is_counted_once_however_often_it_was_sent(world: "World", connect: Connect) -> None:
    world.fault(service="ecr", times=1, **RETRIED["throttled"])
    connection = connect()
    connection.cloud().call("ecr", "describe_repositories")
    assert connection.book.count(writing=False) == 1


def test_the_bound_ends_the_tries_and_the_error_says_how_many_there_were(
    world: "World", connect: Connect, said: list[str]
) -> None:
    world.fault(service="ecr", **RETRIED["throttled"])
    with pytest.raises(AwsError) as error:
        connect().cloud().call("ecr", "describe_repositories")
    assert error.value.code == "ThrottlingException"
    assert error.value.said == "Rate exceeded (sent 3 times)"
    assert world.calls() == ["ecr DescribeRepositories"] * 3
    assert "Service Quotas" in str(error.value.hint)
    assert said == ["AWS throttles ECR: waiting"]


def test_six_tries_are_the_bound() -> None:
    assert ATTEMPTS == 6


def test_an_endpoint_that_is_down_is_named(connect: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = refused(connect(endpoint=Endpoint(url, KEYS)))
    assert isinstance(error, NoAnswer)
    assert error.message.startswith("ecr describe_repositories got no answer: Could not connect")
    assert url in error.message
    assert error.hint == "check the network, the Region and the endpoint"


connected: list[tuple[str, int]] = []


def test_that_nobody_answers_is_said_once_for_calls_side_by_side(
    world: "World", connect: Connect, said: list[str]
) -> None:
    world.fault(close=True)
    cloud = connect().cloud()
    calls = [partial(cloud.call, "ecr", "describe_repositories")] * 3
    with pytest.raises(NotConnected):
        side_by_side(calls)
    assert said == ["no answer (ConnectionClosedError), attempt 3 of 3"]


def test_nothing_is_said_to_whoever_has_left(world: "World", connect: Connect, said: list[str]) -> None:
    world.fault(service="ecr", **RETRIED["throttled"])
    connection = connect()
    connection.stop.set()
    with pytest.raises(Interrupted):
        connection.cloud().call("ecr", "describe_repositories")
    assert said == []


@pytest.fixture(scope="module")
def connections() -> Iterator[list[tuple[str, int]]]:
    """Every connection that this process opens, in order; an audit hook stays for ever"""
    sys.addaudithook(_remember)
    yield connected
    connected.clear()


def _remember(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        connected.append(args[1][:2])


def test_one_after_the_other_is_one_connection(
    world: "World", connect: Connect, connections: list[tuple[str, int]]
) -> None:
    cloud = connect().cloud()
    connections.clear()
    for _ in range(20):
        cloud.call("ecr", "describe_repositories")
    assert connections == [("127.0.0.1", world.server.port)]


def test_sixteen_calls_are_under_way_at_once_and_no_more(
    world: "World", connect: Connect, connections: list[tuple[str, int]]
) -> None:
    cloud = connect().cloud()
    services = {"ecr": "describe_repositories", "ecs": "list_clusters", "codebuild": "list_projects"}
    for service, operation in services.items():
        cloud.call(service, operation)
    connections.clear()
    world.server.requests.clear()
    world.server.delay_ms = 40
    try:
        nested = [
            partial(side_by_side, [partial(cloud.call, service, operation)] * 20)
            for service, operation in services.items()
        ]
        side_by_side(nested)
    finally:
        world.server.delay_ms = 0
    assert len(world.calls()) == 60
    assert SIDE_BY_SIDE / 2 < most_at_once(world) <= SIDE_BY_SIDE
    assert len(connections) <= SIDE_BY_SIDE * len(services)


def most_at_once(world: "World") -> int:
    logged = world.server.requests.all()
    return max(sum(other.start <= each.start < other.end for other in logged) for each in logged)
