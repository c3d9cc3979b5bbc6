"""Actions with roles of other accounts exchange artifacts through the bucket that pipectl makes."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import World

OTHER = "210987654321"
KEY = "arn:aws:kms:eu-west-1:012345678901:key/11111111-2222-3333-4444-555555555555"
BUCKET = "shared-artifacts-012345678901-eu-west-1"


def spec(*accounts: str) -> dict[str, Any]:
    """A pipeline that deploys to S3 with a role of each account"""
    deploys = [
        {
            "name": f"To{account}", "provider": "S3", "bucket": "live", "extract": True,
            "inputs": ["SourceOutput"], "role": f"arn:aws:iam::{account}:role/deployer",
        }
        for account in accounts
    ]  # fmt: skip
    source = {"provider": "CodeCommit", "repository": "code", "branch": "main"}
    approval = {"name": "Ask", "provider": "Manual"}
    stages = [
        {"name": "Source", "actions": [source]},
        {"name": "Deploy", "actions": [approval, *deploys]},
    ]
    return {
        "pipectl": 1,
        "name": "shared",
        "region": "eu-west-1",
        "codecommit": {"code": {}},
        "codepipeline": {"shared": {"encryption_key": KEY, "stages": stages}},
    }


def policy(world: "World") -> dict[str, Any]:
    """The statements of the bucket's policy, by their Sids"""
    text = world.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def deployer(world: "World") -> None:
    """A role of the other account that pipelines of ours may take on"""
    from tests import roles
    from tests.conftest import plain_client

    iam = plain_client(world.server, "iam", "eu-west-1", OTHER)
    trust = roles.trust({"AWS": f"arn:aws:iam::{world.account}:root"})
    iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)


def test_the_bucket_s_policy_lets_the_other_account_work_on_artifacts(world: "World") -> None:
    deployer(world)
    wanted = world.load(spec(OTHER))
    world.made(wanted)
    found = policy(world)
    root = f"arn:aws:iam::{OTHER}:root"
    assert found["OtherAccountsExchangeArtifacts"]["Principal"] == {"AWS": [root]}
    assert "s3:GetObject" in found["OtherAccountsExchangeArtifacts"]["Action"]
    assert found["OtherAccountsExchangeArtifacts"]["Resource"] == [f"arn:aws:s3:::{BUCKET}/*"]
    assert "OnlyTls" in found
    assert world.create(wanted).writes == []


def test_an_account_that_comes_later_is_let_in_and_statements_of_others_stay(world: "World") -> None:
    world.made(world.load(spec()))
    before = policy(world)
    assert list(before) == ["OnlyTls"]
    theirs = {
        "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }  # fmt: skip
    text = json.dumps({"Version": "2012-10-17", "Statement": [before["OnlyTls"], theirs]})
    world.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=text)
    deployer(world)
    run = world.made(world.load(spec(OTHER)))
    assert f"s3 bucket {BUCKET} shared_with: [] -> ['{OTHER}']" in run.lines
    assert set(policy(world)) == {
        "OnlyTls", "Theirs", "OtherAccountsFindArtifacts", "OtherAccountsExchangeArtifacts",
    }  # fmt: skip


def test_an_account_that_leaves_the_spec_leaves_the_policy_too(world: "World") -> None:
    deployer(world)
    world.made(world.load(spec(OTHER)))
    without = world.load(spec())
    run = world.made(without)
    assert f"s3 bucket {BUCKET} shared_with: ['{OTHER}'] -> []" in run.lines
    assert set(policy(world)) == {"OnlyTls"}
    assert world.create(without).writes == []


def test_the_account_of_a_rule_s_role_is_let_in(world: "World") -> None:
    described = spec()
    rule = {
        "name": "Look", "provider": "Commands", "commands": ["true"], "inputs": ["SourceOutput"],
        "role": f"arn:aws:iam::{OTHER}:role/deployer",
    }  # fmt: skip
    described["codepipeline"]["shared"]["stages"][1]["before_entry"] = {"result": "FAIL", "rules": [rule]}
    (plan,) = world.plan(world.load(described))
    (bucket,) = [step.resource for step in plan.steps if step.resource.kind == "s3 bucket"]
    assert bucket.stated["shared_with"] == [OTHER]
