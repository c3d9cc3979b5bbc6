"""S3 of the local AWS: new buckets are closed, named by the rules, and belong to their account"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]
EU = {"LocationConstraint": "eu-west-1"}


@pytest.fixture
def s3(client: Client) -> Any:
    return client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"b-{secrets.token_hex(8)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=EU)
    return name


@pytest.fixture
def stranger(server: Server, connect: Callable[[str, str], Client]) -> Any:
    return connect(server.url, "999999999999")("s3")


def policy(bucket: str, **changed: Any) -> str:
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": False}},
        **changed,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def code(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_new_bucket_is_closed_to_the_public(s3: Any, bucket: str) -> None:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


def test_a_new_bucket_is_its_owners_only(s3: Any, bucket: str) -> None:
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_the_ownership_asked_for_is_kept(s3: Any) -> None:
    name = f"b-{secrets.token_hex(8)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=EU, ObjectOwnership="ObjectWriter")
    controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}


def test_a_bucket_is_always_encrypted(s3: Any, bucket: str) -> None:
    default = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == default
    s3.delete_bucket_encryption(Bucket=bucket)
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == default


def test_making_a_bucket_again_changes_nothing(client: Client) -> None:
    s3 = client("s3", region="us-east-1")
    name = f"b-{secrets.token_hex(8)}"
    s3.create_bucket(Bucket=name)
    s3.delete_public_access_block(Bucket=name)
    s3.create_bucket(Bucket=name)  # in us-east-1 this is no error (API reference, CreateBucket)
    assert code(s3.get_public_access_block, Bucket=name) == ("NoSuchPublicAccessBlockConfiguration", 404)


def test_tags_sent_with_the_bucket_are_kept(s3: Any) -> None:
    name = f"b-{secrets.token_hex(8)}"
    tags = [{"Key": "pipectl:stack", "Value": "shop & more"}, {"Key": "empty", "Value": ""}]
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={**EU, "Tags": tags})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags[::-1]


@pytest.mark.parametrize(
    "name",
    [
        "ABC",
        "a_b",
        "a..b",
        "ab",
        "-abc",
        "abc.",
        "192.168.0.1",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-abc",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "a" * 64,
    ],
)
def test_a_name_against_the_rules_is_refused(s3: Any, name: str) -> None:
    refused = code(s3.create_bucket, Bucket=name, CreateBucketConfiguration=EU)
    assert refused == ("InvalidBucketName", 400)


def test_names_at_the_edge_of_the_rules_are_taken(s3: Any) -> None:
    for name in (f"{secrets.token_hex(31)}a"[:63], f"a.b-{secrets.token_hex(6)}.9"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=EU)
        s3.head_bucket(Bucket=name)


def test_a_bucket_of_ones_own_is_an_error_of_its_own(s3: Any, bucket: str, stranger: Any) -> None:
    made = {"Bucket": bucket, "CreateBucketConfiguration": EU}
    assert code(s3.create_bucket, **made) == ("BucketAlreadyOwnedByYou", 409)
    assert code(stranger.create_bucket, **made) == ("BucketAlreadyExists", 409)


@pytest.mark.parametrize("location", [None, {"LocationConstraint": "eu-central-1"}])
def test_the_location_must_be_the_region(s3: Any, location: dict[str, str] | None) -> None:
    extra = {"CreateBucketConfiguration": location} if location else {}
    refused = code(s3.create_bucket, Bucket=f"b-{secrets.token_hex(8)}", **extra)
    assert refused == ("IllegalLocationConstraintException", 400)


def test_another_expected_owner_is_denied(s3: Any, bucket: str, account: str) -> None:
    assert code(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="9" * 12) == ("403", 403)
    refused = code(s3.get_bucket_location, Bucket=bucket, ExpectedBucketOwner="9" * 12)
    assert refused == ("AccessDenied", 403)
    assert s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)["BucketRegion"] == "eu-west-1"


def test_a_bucket_of_another_account_is_closed(s3: Any, bucket: str, stranger: Any) -> None:
    assert code(stranger.head_bucket, Bucket=bucket) == ("403", 403)
    assert code(stranger.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)
    assert code(stranger.put_object, Bucket=bucket, Key="k", Body=b"") == ("AccessDenied", 403)


def test_a_bucket_that_invites_another_account_is_open_to_it(s3: Any, bucket: str, stranger: Any) -> None:
    invited = policy(
        bucket, Effect="Allow", Principal={"AWS": "arn:aws:iam::999999999999:root"}, Condition={}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=invited)
    stranger.put_object(Bucket=bucket, Key="k", Body=b"text")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"text"


def test_a_missing_bucket_is_missing(s3: Any) -> None:
    assert code(s3.head_bucket, Bucket="nowhere-at-all") == ("404", 404)
    assert code(s3.get_bucket_policy, Bucket="nowhere-at-all") == ("NoSuchBucket", 404)


def test_booleans_of_a_policy_become_strings(s3: Any, bucket: str) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    kept = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert kept["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    "text",
    [
        "{nope",
        "[]",
        "{}",
        '{"Statement": [{"Effect": "Perhaps"}]}',
        '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}',
    ],
)
def test_a_policy_that_is_none_is_refused(s3: Any, bucket: str, text: str) -> None:
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=text) == ("MalformedPolicy", 400)


def test_a_policy_for_another_bucket_is_refused(s3: Any, bucket: str) -> None:
    refused = code(s3.put_bucket_policy, Bucket=bucket, Policy=policy(f"{bucket}-other"))
    assert refused == ("MalformedPolicy", 400)


def test_a_policy_that_names_a_missing_role_is_refused(s3: Any, bucket: str, account: str) -> None:
    nobody = {"AWS": f"arn:aws:iam::{account}:role/nobody"}
    refused = code(s3.put_bucket_policy, Bucket=bucket, Policy=policy(bucket, Principal=nobody))
    assert refused == ("MalformedPolicy", 400)


def test_a_public_policy_is_blocked(s3: Any, bucket: str) -> None:
    public = policy(bucket, Effect="Allow", Condition={})
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=public) == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)


def test_a_policy_may_be_20_kilobytes(s3: Any, bucket: str) -> None:
    refused = code(s3.put_bucket_policy, Bucket=bucket, Policy=policy(bucket, Sid="x" * 21_000))
    assert refused == ("PolicyTooLarge", 400)


def test_a_lifecycle_rule_gets_an_id(s3: Any, bucket: str) -> None:
    rules = [
        {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}},
        {"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 9}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    made, mine = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert made["ID"]
    assert mine["ID"] == "mine"


def test_what_moto_would_take_for_the_bucket_itself_is_unknown(s3: Any, bucket: str) -> None:
    configuration = {"MetricsConfiguration": {"Id": "m"}, "Id": "m"}
    refused = code(s3.put_bucket_metrics_configuration, Bucket=bucket, **configuration)
    assert refused == ("UnknownOperationException", 400)


def test_a_bucket_tells_that_its_events_go_to_eventbridge(s3: Any, bucket: str, account: str) -> None:
    def told() -> dict[str, Any]:
        answer: dict[str, Any] = s3.get_bucket_notification_configuration(Bucket=bucket)
        del answer["ResponseMetadata"]
        return answer

    def tell(**configuration: Any) -> None:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=configuration, SkipDestinationValidation=True
        )

    assert told() == {}
    tell(EventBridgeConfiguration={})
    assert told() == {"EventBridgeConfiguration": {}}
    queue = {"Id": "q", "QueueArn": f"arn:aws:sqs:eu-west-1:{account}:q", "Events": ["s3:ObjectCreated:*"]}
    tell(QueueConfigurations=[queue], EventBridgeConfiguration={})
    assert told() == {"QueueConfigurations": [queue], "EventBridgeConfiguration": {}}
    tell()
    assert told() == {}


def test_the_owner_of_a_bucket_pays_for_downloads(s3: Any, bucket: str) -> None:
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
