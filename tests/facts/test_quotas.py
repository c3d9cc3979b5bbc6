"""The quotas are true to the service models, name their sources, and stand on their page in docs/."""

from collections.abc import Iterator

import botocore.session
import pytest

from pipectl.facts import quotas
from pipectl.facts.quotas import QUOTAS, is_throttle, quota
from tests.readme.workplace import ROOT

PAGE = ROOT / "docs" / "quotas.md"


def rows() -> Iterator[str]:
    """The table of docs/quotas.md; buckets of single operations with equal numbers share a row"""
    merged: dict[tuple[str, str, float, float, str], list[str]] = {}
    for each in QUOTAS:
        name = "each of" if each.operations == (each.name,) else each.name
        key = (each.service, name, each.burst, each.rate, each.source)
        merged.setdefault(key, []).extend(each.operations)
    for (service, name, burst, rate, source), operations in merged.items():
        calls = ", ".join(f"`{each}`" for each in operations)
        yield f"| {service} | {name}: {calls} | {burst:g} | {rate:g} | {source} |"


def test_the_page_has_every_quota_with_its_source() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [row for row in rows() if row not in text] == []
    assert text.count("\n| ") == 1 + len(list(rows()))


def test_every_operation_of_a_quota_is_in_the_service_model() -> None:
    session = botocore.session.get_session()
    unknown = [
        f"{each.service} {operation}"
        for each in QUOTAS
        for operation in each.operations
        if "*" not in operation and operation not in session.get_service_model(each.service).operation_names
    ]
    assert unknown == []


def test_only_services_without_published_numbers_have_inferred_ones() -> None:
    assert {each.service for each in QUOTAS if not each.documented} == {"iam", "codebuild", "codepipeline"}


def test_registering_and_deregistering_share_a_bucket_of_twenty_with_one_a_second() -> None:
    register, deregister = quota("ecs", "RegisterTaskDefinition"), quota("ecs", "DeregisterTaskDefinition")
    assert register is deregister
    assert register
    assert (register.burst, register.rate) == (20, 1)
    assert quota("s3", "PutBucketPolicy") is None


@pytest.mark.parametrize(
    ("code", "message", "status", "later"),
    [
        ("ThrottlingException", "Rate exceeded", 400, True),
        ("Throttling", "Rate exceeded", 400, True),
        ("SlowDown", "Please reduce your request rate.", 503, True),
        ("LimitExceededException", "Rate exceeded", 400, True),
        ("LimitExceededException", "The number of pipelines has reached the limit", 400, False),
        ("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", 409, False),
        ("Anything", "", 429, True),
        ("ValidationException", "Rate exceeded", 400, False),
    ],
)
def test_a_throttle_is_told_from_a_full_quota(code: str, message: str, status: int, later: bool) -> None:
    assert is_throttle(code, message, status) is later


def test_each_service_refuses_with_a_code_that_means_later() -> None:
    for each in QUOTAS:
        refusal = quotas.refusal(each.service)
        assert is_throttle(refusal.code, refusal.message, refusal.status)
