"""One judgement of event rules: whether a change of a source starts the pipeline"""

from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.aws.read.event_rules import EventRule, Source

ACCOUNT = Account("012345678901", "eu-west-1")
CODECOMMIT = Source("CodeCommit", {"RepositoryName": "shop", "BranchName": "main"}, ACCOUNT)
ECR = Source("ECR", {"RepositoryName": "web"}, ACCOUNT)
S3 = Source("S3", {"S3Bucket": "code", "S3ObjectKey": "shop.zip"}, ACCOUNT)
ARN = "arn:aws:codecommit:eu-west-1:012345678901:shop"


def commit(**detail: Any) -> dict[str, Any]:
    usual = {"event": ["referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}
    return {"source": ["aws.codecommit"], "resources": [ARN], "detail": {**usual, **detail}}


RIGHT = [
    (CODECOMMIT, commit()),
    (CODECOMMIT, {"source": ["aws.codecommit"]}),
    (CODECOMMIT, commit(referenceName=[{"prefix": "ma"}])),
    (CODECOMMIT, commit(referenceName=[{"anything-but": ["develop"]}])),
    (CODECOMMIT, commit(referenceName=[{"wildcard": "m*n"}])),
    (CODECOMMIT, commit(referenceFullName=["refs/heads/main"])),
    (CODECOMMIT, commit(callerUserArn=["arn:aws:iam::012345678901:user/ann"])),
    (CODECOMMIT, commit(referenceDeleted=[{"exists": False}])),
    (CODECOMMIT, {**commit(), "account": ["012345678901"]}),
    (ECR, {"source": ["aws.ecr"], "detail": {"action-type": ["PUSH"], "image-tag": ["latest"]}}),
    (ECR, {"detail-type": ["ECR Image Action"]}),
    (S3, {"source": ["aws.s3"], "detail": {"bucket": {"name": ["code"]}, "object": {"key": ["shop.zip"]}}}),
    (S3, {"detail": {"eventName": ["PutObject"], "requestParameters": {"bucketName": ["code"]}}}),
]
WRONG = [
    (CODECOMMIT, commit(referenceName=["develop"])),
    (CODECOMMIT, commit(referenceName=[{"prefix": "release/"}])),
    (CODECOMMIT, commit(referenceName=[{"anything-but": ["main"]}])),
    (CODECOMMIT, commit(referenceType=["tag"])),
    (CODECOMMIT, commit(event=["referenceDeleted"])),
    (CODECOMMIT, commit(branch=["main"])),
    (CODECOMMIT, {**commit(), "resources": [f"{ARN}2"]}),
    (CODECOMMIT, {**commit(), "account": ["999999999999"]}),
    (CODECOMMIT, {"source": ["aws.ecr"]}),
    (CODECOMMIT, {}),
    (ECR, {"source": ["aws.ecr"], "detail": {"action-type": ["DELETE"]}}),
    (ECR, {"source": ["aws.ecr"], "detail": {"image-tag": ["v1"]}}),
    (S3, {"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".tar"}]}}}),
    (S3, {"source": ["aws.s3"], "detail-type": ["Object Deleted"]}),
    (Source("CodeStarSourceConnection", {}, ACCOUNT), {"source": ["aws.codecommit"]}),
]


@pytest.mark.parametrize(("source", "pattern"), RIGHT)
def test_a_pattern_that_a_change_meets(source: Source, pattern: dict[str, Any]) -> None:
    assert EventRule("rule", "ENABLED", pattern).matches(source)


@pytest.mark.parametrize(("source", "pattern"), WRONG)
def test_a_pattern_that_no_change_meets(source: Source, pattern: dict[str, Any]) -> None:
    assert not EventRule("rule", "ENABLED", pattern).matches(source)


def test_a_schedule_or_another_bus_starts_nothing_when_a_source_changes() -> None:
    assert not EventRule("nightly", "ENABLED", schedule="rate(1 day)").matches(CODECOMMIT)
    assert not EventRule("elsewhere", "ENABLED", commit(), bus="own").matches(CODECOMMIT)


def test_only_targets_with_the_pipeline_start_it() -> None:
    targets = ({"Id": "1", "Arn": "arn:pipeline"}, {"Id": "2", "Arn": "arn:other"})
    rule = EventRule("rule", "DISABLED", commit(), targets=targets)
    assert rule.starts("arn:pipeline") == [targets[0]]
    assert not rule.enabled
