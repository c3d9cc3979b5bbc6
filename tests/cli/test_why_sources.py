"""`why` for sources that are no CodeCommit repository, each with the pipeline really in that state"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dulwich import porcelain
from dulwich.refs import Ref

from pipectl.local import connections
from pipectl.local.server import Server
from tests.shop import GATE, REGION, Shop

Told = Callable[..., None]
NOT_LIVE = 1
UNSEEN = "0123456789abcdef0123456789abcdef01234567"


def makes(shop: Shop, source: dict[str, Any], **blocks: Any) -> None:
    """The pipeline with another source"""
    file = shop.folder / "other.yaml"
    stages = [{"name": "Source", "actions": [source]}, GATE]
    spec = {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        **blocks,
        "codepipeline": {"shop": {"stages": stages}},
    }
    file.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    made = shop.run("create", str(file))
    assert made.exit_code == 0, made.output


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


def test_with_detection_off_a_push_starts_nothing(
    shop: Shop, connection: str, server: Server, tmp_path: Path, told: Told
) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    porcelain.init(str(folder)).refs.set_symbolic_ref(Ref(b"HEAD"), Ref(b"refs/heads/main"))
    shop.commits.append(commit(folder, "First reminder"))
    connections.link(server.world, connection, str(folder))
    makes(shop, followed(connection, detect_changes=False))
    shop.reaches(shop.executions()[0], "Gate", "InProgress")
    shop.commits.append(commit(folder, "Remind friends twice"))
    told("why_detection_off", shop.ask("why", shop.commits[-1]), NOT_LIVE)


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
