"""The console's pages in every partition."""

import pytest

from pipectl.facts import console
from pipectl.facts.place import PARTITIONS, Place, partition

HOSTS = {
    "eu-west-1": "eu-west-1.console.aws.amazon.com",
    "cn-north-1": "cn-north-1.console.amazonaws.cn",
    "us-gov-west-1": "us-gov-west-1.console.amazonaws-us-gov.com",
    "eusc-de-east-1": "eusc-de-east-1.console.amazonaws-eusc.eu",
}


def place(region: str) -> Place:
    return Place(partition(region), region, "123456789012")


@pytest.mark.parametrize(("region", "host"), HOSTS.items())
def test_every_public_partition_has_its_own_console(region: str, host: str) -> None:
    of_pipelines = f"https://{host}/codesuite/codepipeline/pipelines/shop"
    assert console.pipeline(place(region), "shop") == f"{of_pipelines}/view?region={region}"
    assert (
        console.execution(place(region), "shop", "7b1d03fe")
        == f"{of_pipelines}/executions/7b1d03fe/visualization?region={region}"
    )
    assert (
        console.service(place(region), "shop", "web")
        == f"https://{host}/ecs/v2/clusters/shop/services/web/health?region={region}"
    )


def test_a_page_of_an_isolated_partition_is_not_invented() -> None:
    isolated = [f"{begin}east-1" for begin, name in PARTITIONS.items() if name.startswith("aws-iso")]
    assert isolated
    assert {console.pipeline(place(region), "shop") for region in isolated} == {None}


def test_names_of_logs_are_encoded_as_the_console_does() -> None:
    url = console.log_stream(place("eu-west-1"), "/aws/codebuild/my shop", "a/b[$LATEST]")
    assert url is not None
    assert url.startswith("https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:")
    assert url.endswith("/$252Faws$252Fcodebuild$252Fmy$2520shop/log-events/a$252Fb$255B$2524LATEST$255D")


@pytest.mark.parametrize(
    ("url", "is_aws"),
    [
        ("https://vpce-1-x.ecs.eu-west-1.vpce.amazonaws.com", True),
        ("https://codepipeline.cn-north-1.amazonaws.com.cn", True),
        ("http://127.0.0.1:4566", False),
        ("https://amazonaws.com.example.org", False),
        ("https://notamazonaws.com", False),
    ],
)
def test_an_endpoint_of_aws_is_told_from_others(url: str, is_aws: bool) -> None:
    assert console.is_aws(url) is is_aws


@pytest.mark.parametrize(
    ("url", "is_page"),
    [
        ("https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/1/x", True),
        ("https://console.amazonaws.cn/ecs", True),
        ("https://jenkins.example.com/job/7", False),
        ("https://console.aws.amazon.com.example.org/x", False),
    ],
)
def test_a_page_of_the_console_is_told_from_a_workers_own(url: str, is_page: bool) -> None:
    assert console.is_page(url) is is_page
