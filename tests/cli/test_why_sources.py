"""`why` for sources that are no CodeCommit repository, each with the pipeline really in that state"""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dulwich import porcelain
from dulwich.refs import Ref

from pipectl.local import connections
from pipectl.local.server import Server
from tests.shop import GATE, REGION, RELEASE, Shop

Told = Callable[..., None]
NOT_LIVE = 1
UNSEEN = "0123456789abcdef0123456789abcdef01234567"


def makes(
    shop: Shop, *sources: dict[str, Any], then: Any = GATE, triggers: Any = None, **blocks: Any
) -> None:
    """The pipeline with other sources"""
    file = shop.folder / "other.yaml"
    stages = [{"name": "Source", "actions": list(sources)}, then]
    pipeline = {"stages": stages, **({"triggers": triggers} if triggers else {})}
    spec = {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        **blocks,
        "codepipeline": {"shop": pipeline},
    }
    file.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    made = shop.run("create", str(file))
    assert made.exit_code == 0, made.output


def pushes(shop: Shop, repository: str, message: str, parent: str | None = None) -> str:
    """Commit to the branch main of a repository; its full id"""
    made = shop.aws("codecommit").create_commit(
        repositoryName=repository,
        branchName="main",
        putFiles=[{"filePath": "README", "fileContent": message.encode()}],
        commitMessage=message,
        **({"parentCommitId": parent} if parent else {}),
    )
    shop.commits.append(str(made["commitId"]))
    return shop.commits[-1]


@pytest.fixture
def connection(shop: Shop) -> str:
    """A connection that nobody has completed"""
    made = shop.aws("codeconnections").create_connection(ProviderType="GitHub", ConnectionName="github")
    return str(made["ConnectionArn"])


def followed(connection: str, **source: Any) -> dict[str, Any]:
    return {
        "provider": "CodeStarSourceConnection",
        "connection": connection,
        "repository": "example/web",
        "branch": "main",
        **source,
    }


def commit(folder: Path, message: str) -> str:
    (folder / "README.md").write_text(message, encoding="utf-8")
    porcelain.add(str(folder), paths=[str(folder / "README.md")])
    author = b"ann <ann@example.org>"
    return porcelain.commit(str(folder), message=message.encode(), author=author, committer=author).decode()


def test_a_connection_that_nobody_completed_brings_nothing(shop: Shop, connection: str, told: Told) -> None:
    makes(shop, followed(connection))
    shop.ends(shop.executions()[0], "Failed")
    told("why_connection_pending", shop.ask("why", UNSEEN), NOT_LIVE)


def test_a_connection_that_was_deleted_brings_nothing(shop: Shop, connection: str, told: Told) -> None:
    makes(shop, followed(connection))
    shop.ends(shop.executions()[0], "Failed")
    shop.aws("codeconnections").delete_connection(ConnectionArn=connection)
    answer = shop.ask("why", UNSEEN)
    assert answer.exit_code == NOT_LIVE
    assert "connection" in answer.stdout


@pytest.fixture
def elsewhere(shop: Shop, connection: str, server: Server, tmp_path: Path) -> Path:
    """A repository on another host with a first commit, behind a complete connection"""
    folder = tmp_path / "web"
    folder.mkdir()
    porcelain.init(str(folder)).refs.set_symbolic_ref(Ref(b"HEAD"), Ref(b"refs/heads/main"))
    shop.commits.append(commit(folder, "First reminder"))
    connections.link(server.world, connection, str(folder))
    return folder


def test_with_detection_off_a_push_starts_nothing(
    shop: Shop, connection: str, elsewhere: Path, told: Told
) -> None:
    makes(shop, followed(connection, detect_changes=False))
    shop.reaches(shop.executions()[0], "Gate", "InProgress")
    shop.commits.append(commit(elsewhere, "Remind friends twice"))
    told("why_detection_off", shop.ask("why", shop.commits[-1]), NOT_LIVE)


def test_a_push_that_the_triggers_do_not_let_through_starts_nothing(
    shop: Shop, connection: str, elsewhere: Path, told: Told
) -> None:
    only_releases = {"Source": {"push": [{"branches": {"includes": ["release"]}}]}}
    makes(shop, followed(connection), triggers=only_releases)
    shop.reaches(shop.executions()[0], "Gate", "InProgress")
    shop.commits.append(commit(elsewhere, "Remind friends twice"))
    told("why_filtered", shop.ask("why", shop.commits[-1]), NOT_LIVE)


def test_a_newer_object_replaces_the_older_one(shop: Shop, told: Told) -> None:
    s3, bucket = shop.aws("s3"), f"sources-{shop.account}"
    for name in (bucket, f"live-{shop.account}"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.html", "reminders")
    put = {"Bucket": bucket, "Key": "web.zip", "Body": archive.getvalue()}
    older = s3.put_object(**put)["VersionId"]
    release = {**RELEASE, "actions": [{**RELEASE["actions"][0], "bucket": f"live-{shop.account}"}]}
    makes(shop, {"provider": "S3", "bucket": bucket, "key": "web.zip"}, then=release)
    shop.ends(shop.executions()[0], "Succeeded")
    newer = s3.put_object(**put)["VersionId"]
    shop.ask("start", "--wait")
    shop.commits += [older, newer]
    told("why_replaced", shop.ask("why", older), NOT_LIVE, types=False)
    assert shop.ask("why", newer).exit_code == 0
    (step,) = json.loads(shop.ask("why", older, "-o", "json").stdout)["next"]
    started = shop.ask(*step.split()[1:], "--wait")
    assert started.exit_code == 0, started.output
    assert shop.ask("why", older).exit_code == 0


SOURCES = [
    {"name": name.capitalize(), "provider": "CodeCommit", "repository": name, "branch": "main"}
    for name in ("app", "library")
]


@pytest.fixture
def two(shop: Shop) -> Shop:
    """A pipeline with two repositories, whose first execution waits for an approval"""
    for name in ("app", "library"):
        shop.aws("codecommit").create_repository(repositoryName=name)
        pushes(shop, name, f"First {name}")
    makes(shop, *SOURCES, codecommit={name: {"managed": False} for name in ("app", "library")})
    shop.reaches(shop.executions()[-1], "Gate", "InProgress")
    return shop


def test_a_commit_of_the_second_source_is_told_by_its_own_rule(two: Shop, told: Told) -> None:
    two.aws("events").disable_rule(Name="shop-Library")
    unseen = pushes(two, "library", "Remind friends twice", two.commits[1])
    told("why_second_source", two.ask("why", unseen), NOT_LIVE, types=False)
    targets = two.aws("events").list_targets_by_rule(Rule="shop-Library")["Targets"]
    two.aws("events").remove_targets(Rule="shop-Library", Ids=[each["Id"] for each in targets])
    assert "no event rule starts the pipeline" in two.ask("why", unseen).stdout


def test_a_commit_of_the_second_source_is_live_with_the_newer_one_that_contains_it(two: Shop) -> None:
    newer = pushes(two, "library", "Remind friends twice", two.commits[1])
    two.answer("Approved")
    two.reaches(two.execution(newer), "Gate", "InProgress")
    two.answer("Approved")
    two.ends(two.execution(newer), "Succeeded")
    answer = two.ask("why", two.commits[1])
    assert answer.exit_code == 0, answer.output
    assert f"it is part of {newer[:7]}" in answer.stdout


def test_an_image_is_not_seen_when_its_rule_is_disabled(shop: Shop, told: Told) -> None:
    makes(shop, {"provider": "ECR", "repository": "web", "tag": "latest"}, ecr={"web": {}})
    shop.ends(shop.executions()[0], "Failed")
    shop.aws("events").disable_rule(Name="shop-Source")
    manifest = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}'
    image = shop.aws("ecr").put_image(repositoryName="web", imageManifest=manifest, imageTag="latest")
    digest = image["image"]["imageId"]["imageDigest"]
    answer = shop.ask("why", digest)
    assert answer.exit_code == NOT_LIVE
    assert "the event rule shop-Source is disabled" in answer.stdout, answer.output
