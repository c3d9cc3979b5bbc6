"""The aws of builds on machines without the AWS CLI: each option does what the CLI does, or is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local.shims import aws_shorthand
from pipectl.local.shims.aws_errors import AwsUsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.machine import Machine


@pytest.fixture
def s3(client: Callable[..., Any]) -> Any:
    return client("s3")


@pytest.fixture
def bucket(machine: Machine) -> str:
    uri = f"s3://site-{machine.account}"
    assert machine.aws("s3", "mb", uri) == f"make_bucket: {uri[5:]}\n"
    return uri


def _keys(s3: Any, bucket: str) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket[5:]).get("Contents", [])]


def test_sync_deletes_and_filters_as_stated(machine: Machine, s3: Any, bucket: str) -> None:
    site = machine.folder / "site"
    (site / "js").mkdir(parents=True)
    for name in ("index.html", "js/a.js", "js/a.map"):
        (site / name).write_text(name)
        os.utime(site / name, (1_000_000_000, 1_000_000_000))
    for key in ("web/old.html", "web/keep.txt", "else.html"):
        s3.put_object(Bucket=bucket[5:], Key=key, Body=b"1")
    filters = ("--exclude", "*.txt", "--exclude", "js/*", "--include", "*.js")
    shown = machine.aws("s3", "sync", "--delete", "site/", f"{bucket}/web", *filters)
    assert f"delete: {bucket}/web/old.html" in shown
    assert _keys(s3, bucket) == ["else.html", "web/index.html", "web/js/a.js", "web/keep.txt"]
    assert machine.aws("s3", "sync", "site", f"{bucket}/web", *filters) == ""
    machine.aws("s3", "sync", f"{bucket}/web", "back", "--dryrun")
    assert not (machine.folder / "back").exists()
    assert "download" in machine.aws("s3", "sync", f"{bucket}/web", "back")
    assert machine.aws("s3", "sync", f"{bucket}/web", "back") == ""
    machine.aws("s3", "sync", f"{bucket}/web", f"{bucket}/copy", "--quiet")
    assert "copy/js/a.js" in _keys(s3, bucket)


def test_what_goes_with_an_object_is_kept(machine: Machine, s3: Any, bucket: str) -> None:
    (machine.folder / "index.html").write_text("a")
    words = ("--cache-control", "max-age=60", "--acl", "public-read", "--metadata", "a=b", f"{bucket}/")
    machine.aws("s3", "cp", "index.html", *words)
    head = s3.head_object(Bucket=bucket[5:], Key="index.html")
    assert (head["CacheControl"], head["ContentType"], head["Metadata"]) == (
        "max-age=60", "text/html", {"a": "b"}
    )  # fmt: skip
    grants = s3.get_object_acl(Bucket=bucket[5:], Key="index.html")["Grants"]
    assert any("AllUsers" in grant["Grantee"].get("URI", "") for grant in grants)


def test_objects_and_buckets_move_and_go(machine: Machine, s3: Any, bucket: str) -> None:
    machine.aws("s3", "mv", "app.rb", f"{bucket}/a/")
    assert not (machine.folder / "app.rb").exists()
    machine.aws("s3", "mv", f"{bucket}/a/app.rb", f"{bucket}/b/c.rb")
    assert _keys(s3, bucket) == ["b/c.rb"]
    assert "PRE b/" in machine.aws("s3", "ls", bucket)
    assert "Signature" in machine.aws("s3", "presign", f"{bucket}/b/c.rb", "--expires-in", "60")
    assert machine.aws("s3", "rm", f"{bucket}/b/c.rb") == f"delete: {bucket}/b/c.rb\n"
    machine.aws("s3", "ls", f"{bucket}/b/", status=1)
    s3.put_object(Bucket=bucket[5:], Key="x", Body=b"1")
    machine.aws("s3", "rb", bucket, status=1)
    machine.aws("s3", "rb", bucket, "--force")
    machine.aws("s3", "ls", bucket, status=1)


def test_what_s3_does_not_carry_out_is_refused(machine: Machine, bucket: str) -> None:
    assert "--grants" in machine.aws("s3", "cp", "app.rb", bucket, "--grants", "read=x", status=252)
    assert "aws s3 website" in machine.aws("s3", "website", bucket, status=252)


def test_nested_short_forms_are_read(machine: Machine, s3: Any, bucket: str) -> None:
    tagging = ("--tagging", "TagSet=[{Key=a,Value=b},{Key=c,Value='d, e'}]")
    machine.aws("s3api", "put-bucket-tagging", "--bucket", bucket[5:], *tagging)
    tags = s3.get_bucket_tagging(Bucket=bucket[5:])["TagSet"]
    assert sorted(tags, key=lambda tag: tag["Key"]) == [
        {"Key": "a", "Value": "b"},
        {"Key": "c", "Value": "d, e"},
    ]
    refusal = machine.aws("s3api", "put-bucket-tagging", "--bucket", "b", "--tagging", "Nope=1", status=252)
    assert "Unknown parameter in input: Nope" in refusal


SHORT = {
    "a=b": {"a": "b"},
    "Key=a,Values=b,c": {"Key": "a", "Values": ["b", "c"]},
    "a={b=c,d=[e,f]},g=h": {"a": {"b": "c", "d": ["e", "f"]}, "g": "h"},
    'a="x, y",b=': {"a": "x, y", "b": ""},
}


@pytest.mark.parametrize("text", SHORT)
def test_the_short_form_has_lists_and_objects(text: str) -> None:
    assert aws_shorthand.read(text) == SHORT[text]


@pytest.mark.parametrize("text", ["a", "a={b=c", "a=[b", "a=b}c", "a='b"])
def test_a_wrong_short_form_is_refused(text: str) -> None:
    with pytest.raises(AwsUsageError, match="Expected"):
        aws_shorthand.read(text)


def test_settings_are_kept_and_read(machine: Machine) -> None:
    machine.aws("configure", "get", "output", status=1)
    machine.aws("configure", "set", "region", "us-west-2")
    machine.aws("configure", "set", "region", "eu-north-1", "--profile", "other")
    assert machine.aws("configure", "get", "region") == "us-west-2\n"
    assert machine.aws("configure", "get", "other.region") == "eu-north-1\n"
    assert "does not know" in machine.aws("configure", "sso", status=252)


def test_output_is_json_or_text_and_nothing_else(machine: Machine, client: Callable[..., Any]) -> None:
    client("ecr").create_repository(repositoryName="shop")
    for kind in ("table", "yaml"):
        assert f"--output {kind}" in machine.aws("ecr", "describe-repositories", "--output", kind, status=252)
    words = ("--query", "repositories[].{Name: repositoryName, Kind: imageTagMutability}", "--output", "text")
    assert machine.aws("ecr", "describe-repositories", *words) == "MUTABLE\tshop\n"


def test_waiters_of_services_wait(machine: Machine, bucket: str) -> None:
    machine.aws("s3api", "wait", "bucket-exists", "--bucket", bucket[5:])
    assert "does not know `aws s3api wait nope`" in machine.aws("s3api", "wait", "nope", status=252)


def test_a_login_to_ecr_public_is_answered(machine: Machine) -> None:
    password = machine.aws("ecr-public", "get-login-password", "--region", "us-east-1").strip()
    words = ("--username", "AWS", "--password-stdin", "public.ecr.aws")
    assert "Login Succeeded" in machine.docker("login", *words, said=password)
    machine.aws("ecr-public", "describe-registries", "--region", "us-east-1", status=254)
