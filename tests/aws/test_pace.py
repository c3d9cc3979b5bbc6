"""All calls of a quota slow down together: against a local AWS that throttles, on a clock that tests move."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.aws.cloud import find, for_each, side_by_side
from pipectl.aws.pace import SLOWEST, Lane, Pace, Ticket
from pipectl.errors import AwsError, Interrupted
from pipectl.facts.quotas import QUOTAS, quota
from pipectl.local import running
from pipectl.local.options import Options
from pipectl.stop import Stop
from tests.throttled import ServerTime, connect

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.local.server import Server

ACCOUNT = "444455556666"
TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 64}]}


@pytest.fixture(scope="module")
def throttling() -> Iterator["Server"]:
    with running(options=Options(throttle=True)) as server:
        yield server


@pytest.fixture
def server(throttling: "Server") -> "Server":
    throttling.reset()
    throttling.requests.clear()
    return throttling


@pytest.fixture
def said() -> list[str]:
    return []


def statuses(server: "Server", operation: str) -> Counter[int]:
    return Counter(call.status for call in server.requests.all() if call.operation == operation)


def get_role(cloud: "Cloud", number: int) -> None:
    find(["NoSuchEntity"], cloud, "iam", "get_role", RoleName=f"role-{number}")


def register(cloud: "Cloud", _: int) -> None:
    cloud.call("ecs", "register_task_definition", **TASK)


def test_many_reads_pass_at_the_rate_that_iam_takes(server: "Server", said: list[str]) -> None:
    connection = connect(server, ACCOUNT, said.append)
    began = server.world.now()
    for_each(partial(get_role, connection.cloud()), range(200))
    took = (server.world.now() - began).total_seconds()
    sent = statuses(server, "GetRole")
    assert sent[404] == 200
    assert sent[400] <= 30, "all threads slow down, not only those that were throttled"
    assert (200 - 15) / 15 <= took <= 25
    assert connection.book.count(writing=False) == 200


def test_a_documented_quota_is_kept_without_one_throttle(server: "Server", said: list[str]) -> None:
    connection = connect(server, ACCOUNT, said.append, has_quotas=True)
    began = server.world.now()
    for_each(partial(register, connection.cloud()), range(70))
    took = (server.world.now() - began).total_seconds()
    assert statuses(server, "RegisterTaskDefinition") == {200: 70}
    assert 50 <= took <= 56


def test_a_documented_quota_is_known_after_the_first_throttle(server: "Server", said: list[str]) -> None:
    connection = connect(server, ACCOUNT, said.append)
    for_each(partial(register, connection.cloud()), range(50))
    sent = statuses(server, "RegisterTaskDefinition")
    assert sent[200] == 50
    assert sent[400] <= 18


def test_what_others_used_up_is_waited_for_too(server: "Server", said: list[str]) -> None:
    for_each(partial(register, connect(server, ACCOUNT, said.append).cloud()), range(20))
    register(connect(server, ACCOUNT, said.append, has_quotas=True).cloud(), 0)
    assert statuses(server, "RegisterTaskDefinition")[200] == 21


def test_the_waiting_is_told_with_how_far_it_has_come_and_not_too_often(
    server: "Server", said: list[str]
) -> None:
    connection = connect(server, ACCOUNT, said.append, has_quotas=True)
    for_each(partial(register, connection.cloud()), range(80))
    assert said[0].startswith("AWS throttles ECS: waiting, ")
    assert said[-1].endswith(" of 80")
    done = [int(text.split()[4]) for text in said]
    assert done == sorted(done)
    assert 3 <= len(said) <= 16


def test_calls_of_other_quotas_are_not_held_up(server: "Server", said: list[str]) -> None:
    connection = connect(server, ACCOUNT, said.append, has_quotas=True)
    cloud = connection.cloud()
    calls: list[Callable[[], Any]] = [partial(register, cloud, number) for number in range(40)]
    calls += [partial(cloud.call, "ecs", "list_clusters")] * 40
    side_by_side(calls)
    assert statuses(server, "ListClusters") == {200: 40}
    assert statuses(server, "RegisterTaskDefinition") == {200: 40}


def test_ctrl_c_ends_the_waiting(server: "Server", said: list[str]) -> None:
    connection = connect(server, ACCOUNT, said.append, has_quotas=True)

    def stop_at_first_word(_: str) -> None:
        connection.stop.set()

    connection = connect(server, ACCOUNT, stop_at_first_word, has_quotas=True)
    with pytest.raises(Interrupted, match="interrupted while AWS throttled ECS"):
        for_each(partial(register, connection.cloud()), range(60))
    assert statuses(server, "RegisterTaskDefinition")[200] < 60


def test_a_service_that_only_throttles_is_given_up(server: "Server", said: list[str]) -> None:
    server.faults.order([{"service": "codebuild", "code": "ThrottlingException", "message": "Rate exceeded"}])
    connection = connect(server, ACCOUNT, said.append)
    began = server.world.now()
    with pytest.raises(AwsError) as refused:
        connection.cloud().call("codebuild", "list_projects")
    took = (server.world.now() - began).total_seconds()
    assert refused.value.said == "Rate exceeded (sent 6 times)"
    assert "Service Quotas" in str(refused.value.hint)
    assert 20 <= took <= 120


@pytest.mark.parametrize("code", ["LimitExceeded", "LimitExceededException"])
def test_a_full_quota_is_no_throttle(server: "Server", said: list[str], code: str) -> None:
    server.faults.order([{"service": "iam", "code": code, "message": "Cannot exceed quota for Roles: 1000"}])
    with pytest.raises(AwsError) as refused:
        connect(server, ACCOUNT, said.append).cloud().call("iam", "get_role", RoleName="x")
    assert refused.value.code == code
    assert len(server.requests.all()) == 1
    assert "quota of the account is full" in str(refused.value.hint)


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "LimitExceededException", "message": "Rate exceeded"},
        {"code": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503},
        {"code": "SlowDown", "message": "Please reduce your request rate.", "status": 503},
        {"code": "ThrottledException", "message": ""},
        {"code": "Unheard", "message": "", "status": 429},
    ],
)
def test_every_way_to_say_later_is_understood(
    server: "Server", said: list[str], fault: dict[str, Any]
) -> None:
    server.faults.order([{"service": "ecr", "times": 2, **fault}])
    cloud = connect(server, ACCOUNT, said.append).cloud()
    assert cloud.call("ecr", "describe_repositories") == {"repositories": []}
    assert len(server.requests.all()) == 3


def test_without_a_throttle_nothing_waits() -> None:
    lane = Lane(quota("iam", "GetRole"), known=True)
    assert [lane.reserve("GetRole", 5.0).moment for _ in range(1000)] == [5.0] * 1000


def test_a_lane_slows_down_once_for_calls_that_were_under_way_together() -> None:
    lane = Lane(None, known=True)
    together = [lane.reserve("ListProjects", 1.0) for _ in range(16)]
    assert [lane.throttled(ticket, 1.1) for ticket in together] == [1] * 16
    assert lane.rate == pytest.approx(16 * 0.7)


def test_a_lane_recovers_and_in_the_end_is_free_again() -> None:
    lane = Lane(None, known=True)
    lane.throttled(lane.reserve("ListProjects", 0.0), 0.0)
    now, calls = 0.0, 0
    while lane.rate is not None:
        ticket = lane.reserve("ListProjects", now)
        now = ticket.moment
        lane.passed(ticket)
        calls += 1
    assert 150 <= now <= 300
    assert calls < 50_000


def test_the_slowest_pace_has_a_bound() -> None:
    lane = Lane(None, known=True)
    for number in range(40):
        lane.throttled(lane.reserve("ListProjects", float(number)), float(number))
    assert lane.rate == SLOWEST


def test_a_ticket_is_void_when_something_was_throttled_since(server: "Server") -> None:
    pace = Pace(lambda _: None, Stop(), ServerTime(server), known=False)
    lane = pace.lane("iam", "GetRole", "eu-west-1")
    first, second = (pace.wait(lane, "iam", "GetRole") for _ in range(2))
    pace.throttled(lane, first)
    assert not pace.holds(lane, second)
    assert isinstance(pace.wait(lane, "iam", "GetRole"), Ticket)


def test_iam_has_one_pace_for_all_regions_and_ecs_one_for_each(server: "Server") -> None:
    pace = Pace(lambda _: None, Stop(), ServerTime(server), known=False)
    iam = {id(pace.lane("iam", "GetRole", region)) for region in ("eu-west-1", "us-east-1")}
    ecs = {id(pace.lane("ecs", "CreateCluster", region)) for region in ("eu-west-1", "us-east-1")}
    assert (len(iam), len(ecs)) == (1, 2)


def test_only_documented_quotas_are_kept_in_advance() -> None:
    for each in QUOTAS:
        assert (Lane(each, known=True).rate is not None) is each.documented
