"""The names of what is made without being asked: within AWS's limits, unique, and always the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.kinds import names

stacks = st.from_regex(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", fullmatch=True)
accounts = st.from_regex(r"[0-9]{12}", fullmatch=True)
regions = st.sampled_from(["eu-west-1", "ap-southeast-1", "us-gov-west-1", "eusc-de-east-1"])
pipelines = st.from_regex(r"[A-Za-z0-9.@\-_]{1,100}", fullmatch=True)
projects = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9\-_]{1,149}", fullmatch=True)
purposes = st.sampled_from(["pipeline", "events", "build", "execution"])


@given(st.text(min_size=1, max_size=200), st.integers(20, 64))
def test_a_name_is_never_longer_than_its_limit(name: str, limit: int) -> None:
    assert len(names.cut(name, limit)) <= limit


@given(st.text(max_size=20))
def test_a_name_that_fits_is_left_as_it_is(name: str) -> None:
    assert names.cut(name, 20) == name


@given(st.text("ab-", min_size=65, max_size=90), st.text("ab-", min_size=65, max_size=90))
def test_two_names_stay_two(one: str, other: str) -> None:
    assert (names.cut(one, 64) == names.cut(other, 64)) is (one == other)


def test_a_cut_name_is_the_same_in_every_release() -> None:
    """A name is the key of a resource: another cut would make a second one"""
    assert names.cut("x" * 70, 64) == "x" * 55 + "-c71bd109"


@given(stacks, accounts, regions)
def test_a_bucket_has_a_name_that_s3_takes(stack: str, account: str, region: str) -> None:
    name = names.artifact_bucket(stack, account, region)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name)
    assert not name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
    assert not name.endswith(("-s3alias", "--ol-s3", "--x-s3", "--table-s3"))


@given(stacks, regions, pipelines | projects, purposes)
def test_a_role_has_a_name_that_iam_takes(stack: str, region: str, owner: str, purpose: str) -> None:
    assert re.fullmatch(r"[\w+=,.@-]{1,64}", names.role(stack, region, owner, purpose), re.ASCII)


@given(pipelines, pipelines)
def test_a_rule_has_a_name_that_eventbridge_takes(pipeline: str, action: str) -> None:
    assert re.fullmatch(r"[.\-_A-Za-z0-9]{1,64}", names.rule(pipeline, action))


@given(pipelines)
def test_an_action_has_an_output_with_a_name_that_codepipeline_takes(action: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_\-]{1,100}", names.artifact(action))


@given(stacks, regions, st.lists(pipelines, min_size=2, max_size=4, unique=True))
def test_every_pipeline_has_a_role_of_its_own(stack: str, region: str, owners: list[str]) -> None:
    made = {names.role(stack, region, owner, "pipeline") for owner in owners}
    assert len(made) == len(owners)


@given(st.lists(st.tuples(pipelines, pipelines), min_size=2, max_size=4, unique=True))
def test_every_source_has_a_rule_of_its_own(sources: list[tuple[str, str]]) -> None:
    joined = {f"{pipeline}-{action}" for pipeline, action in sources}
    made = {names.rule(pipeline, action) for pipeline, action in sources}
    assert len(made) == len(joined)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (names.artifact_bucket("shop", "012345678901", "eu-west-1"), "shop-artifacts-012345678901-eu-west-1"),
        (names.role("shop", "eu-west-1", "api", "pipeline"), "shop-eu-west-1-api-pipeline"),
        (names.rule("shop-api", "Source"), "shop-api-Source"),
    ],
)
def test_names_are_those_of_the_design(made: str, expected: str) -> None:
    assert made == expected
