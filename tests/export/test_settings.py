"""What the API has calls of its own for is in a template too: tags, targets, lifecycles, bucket settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipectl.aws.policy import canonical
from pipectl.export.cloudformation.template import Template, template
from pipectl.export.design import Design
from pipectl.kinds import lifecycle
from pipectl.kinds.bucket_policy import tls_statement
from tests.export.conftest import ROOT

Designed = Callable[[Path], Design]
WorkedOut = Callable[[Template, Design], dict[str, Any]]

FULL = ROOT / "config" / "full.yaml"
UNTAGGED = {"AWS::S3::BucketPolicy", "AWS::SNS::TopicInlinePolicy"}


def by_resource(home: Design, worked_out: WorkedOut, type_: str) -> dict[str, Any]:
    """Name -> properties, of one type"""
    made = template(home)
    resources = worked_out(made, home)
    return {
        entry.resource.name: resources[entry.logical]["Properties"]
        for entry in made.entries
        if entry.type == type_
    }


def test_everything_is_tagged_as_pipectl_tags_it(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    made = template(home)
    resources = worked_out(made, home)
    for entry in made.entries:
        if entry.type not in UNTAGGED:
            tags = resources[entry.logical]["Properties"]["Tags"]
            if isinstance(tags, list):
                tags = {pair["Key"]: pair["Value"] for pair in tags}
            assert tags == entry.resource.stated["tags"], entry.logical


def test_rules_have_their_targets(file: Path, designed: Designed, worked_out: WorkedOut) -> None:
    home = designed(file)
    rules = by_resource(home, worked_out, "AWS::Events::Rule")
    for name, rule in home.named("event rule").items():
        targets = {
            each["Id"]: {"arn": each["Arn"], "role": each["RoleArn"]} for each in rules[name]["Targets"]
        }
        assert targets == rule.stated["targets"]


def test_log_groups_keep_as_long_as_the_spec_says(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    groups = by_resource(home, worked_out, "AWS::Logs::LogGroup")
    wanted = {name: each.stated.get("retention_days") for name, each in home.named("log group").items()}
    assert {name: each.get("RetentionInDays") for name, each in groups.items()} == wanted


def test_repositories_have_their_lifecycles_and_policies(
    file: Path, designed: Designed, worked_out: WorkedOut
) -> None:
    home = designed(file)
    repositories = by_resource(home, worked_out, "AWS::ECR::Repository")
    for name, each in home.named("ecr repository").items():
        text = repositories[name].get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        rules = lifecycle.written(each.stated)
        assert (json.loads(text) if text else {"rules": []}) == {"rules": rules}
        said = repositories[name].get("RepositoryPolicyText", {"Statement": []})["Statement"]
        wanted = each.stated.get("policy", {})
        assert wanted == (canonical({"Statement": said}) or {})


def test_roles_have_their_path_and_boundary(file: Path, designed: Designed, worked_out: WorkedOut) -> None:
    home = designed(file)
    roles = by_resource(home, worked_out, "AWS::IAM::Role")
    for name, role in home.named("iam role").items():
        assert roles[name]["Path"] == role.stated["path"]
        assert roles[name].get("PermissionsBoundary") == role.stated.get("permissions_boundary")


def test_the_bucket_has_all_its_settings(designed: Designed, worked_out: WorkedOut) -> None:
    home = designed(FULL)
    ((name, bucket),) = by_resource(home, worked_out, "AWS::S3::Bucket").items()
    ((_, policy),) = by_resource(home, worked_out, "AWS::S3::BucketPolicy").items()
    assert bucket["BucketName"] == name
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    (default,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert default == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Id": "pipectl-artifacts",
        "Status": "Enabled",
        "ExpirationInDays": 90,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    assert policy["Bucket"] == name
    assert policy["PolicyDocument"]["Statement"] == [tls_statement(f"arn:aws:s3:::{name}")]
